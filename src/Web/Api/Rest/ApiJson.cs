using System.Text.Json;
using System.Text.Json.Serialization;
using TdxDash.Web.Components.History;

namespace TdxDash.Web.Api.Rest;

/// <summary>How the API writes and reads JSON: camel case, words for enumerations, no member where there is no value.</summary>
internal static class ApiJson
{
    // The deepest body that is taken has three levels.
    private const int MostLevels = 32;

    /// <summary>The settings.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Gives other settings the same form: those that the OpenAPI document is made with.</summary>
    public static void Configure(JsonSerializerOptions json)
    {
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.AllowDuplicateProperties = false;
        json.MaxDepth = MostLevels;
        json.Converters.Add(new TimeConverter());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    // The serialiser takes a time without an offset for one of the zone that the dashboard happens to run in.
    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            UrlTime.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out DateTimeOffset time)
                ? UrlTime.Whole(time)
                : throw new JsonException($"it is no time between 1970 and 9998: use the form {UrlTime.Form} in UTC.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(UrlTime.Write(value));
    }
}
