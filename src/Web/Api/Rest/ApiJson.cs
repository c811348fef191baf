using System.Text.Json;
using System.Text.Json.Serialization;

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
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
