using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The members of a reading, in the order of their bits.</summary>
internal static class ReadingMembers
{
    public const int Value = 0, Provenance = 1, Source = 2, NotOffered = 3, Unreadable = 4, Remedy = 5;

    private static readonly byte[][] Names = [[.. "value"u8], [.. "provenance"u8], [.. "source"u8], [.. "notOffered"u8], [.. "unreadable"u8], [.. "remedy"u8]];

    /// <summary>Which member the reader stands on, and that it was not there before.</summary>
    public static int Next(ref Utf8JsonReader reader, ref int seen)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (reader.ValueTextEquals(Names[i]))
            {
                bool isNew = (seen & (1 << i)) == 0;
                seen |= 1 << i;
                return isNew ? i : throw new JsonException($"a reading has the member '{reader.GetString()}' twice");
            }
        }

        throw new JsonException($"a reading has no member '{reader.GetString()}'");
    }
}

/// <summary>Writes a reading as one of three shapes: value, notOffered, unreadable.</summary>
internal sealed class ReadingConverter<T> : JsonConverter<Reading<T>>
{
    public override Reading<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a reading must be an object");
        }

        int seen = 0;
        T? value = default;
        bool hasValue = false;
        string? source = null, notOffered = null, unreadable = null, remedy = null;
        Provenance? provenance = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int member = ReadingMembers.Next(ref reader, ref seen);
            reader.Read();
            switch (member)
            {
                case ReadingMembers.Value:
                    value = ReadValue(ref reader, options);
                    hasValue = value is not null;
                    break;
                case ReadingMembers.Provenance: provenance = WordConverter<Provenance>.Parse(ref reader); break;
                case ReadingMembers.Source: source = SourceNames.Shared.Of(reader.GetString()); break;
                case ReadingMembers.NotOffered: notOffered = reader.GetString(); break;
                case ReadingMembers.Unreadable: unreadable = reader.GetString(); break;
                default: remedy = reader.GetString(); break;
            }
        }

        return (source, hasValue, provenance, notOffered, unreadable, remedy) switch
        {
            ({ } s, true, { } p, null, null, null) => Reading.Known(value!, p, s),
            ({ } s, false, null, { } reason, null, null) => Reading.NotOffered<T>(s, reason),
            ({ } s, false, null, null, { } reason, { } r) => Reading.Unreadable<T>(s, reason, r),
            _ => throw new JsonException("a reading needs source with value and provenance, or notOffered, or unreadable and remedy"),
        };
    }

    // The serialiser scans a value that it is given alone once more to find its end; the type's own converter does not, but knows no path.
    private static T? ReadValue(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        Utf8JsonReader before = reader;
        JsonTypeInfo<T> info = Info(options);
        try
        {
            return ((JsonConverter<T>)info.Converter).Read(ref reader, typeof(T), options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            reader = before;
        }

        // The path of an error inside the value begins anew there; its text carries it on, and the serialiser adds the path up to here.
        try
        {
            return JsonSerializer.Deserialize(ref reader, info);
        }
        catch (JsonException e)
        {
            throw new JsonException($"value{e.Path?.TrimStart('$')}: {SnapshotCodec.WithoutPosition(e.Message)}");
        }
    }

    public override void Write(Utf8JsonWriter writer, Reading<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value.State)
        {
            case ReadingState.Known:
                writer.WritePropertyName("value"u8);
                ((JsonConverter<T>)Info(options).Converter).Write(writer, value.Value, options);
                writer.WriteString("provenance"u8, WordConverter<Provenance>.Word(value.Provenance));
                break;
            case ReadingState.NotOffered:
                writer.WriteString("notOffered"u8, value.Reason);
                break;
            default:
                writer.WriteString("unreadable"u8, value.Reason);
                writer.WriteString("remedy"u8, value.Remedy);
                break;
        }

        writer.WriteString("source"u8, value.Source);
        writer.WriteEndObject();
    }

    private static JsonTypeInfo<T> Info(JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
