using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Snapshots;

[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(CpuFacts))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<MemoryBlock>))]
[JsonSerializable(typeof(IReadOnlyList<NumaNode>))]
[JsonSerializable(typeof(IReadOnlyList<FirmwareRange>))]
[JsonSerializable(typeof(IReadOnlyList<MetadataValue>))]
[JsonSerializable(typeof(TdmrLimits))]
[JsonSerializable(typeof(TdmrLayout))]
[JsonSerializable(typeof(KvmTdxCapabilities))]
[JsonSerializable(typeof(ModuleUpdateNode))]
[JsonSerializable(typeof(MemoryBlocks))]
[JsonSerializable(typeof(CpuSignature))]
[JsonSerializable(typeof(SysfsModule))]
internal sealed partial class SnapshotJson : JsonSerializerContext
{
    /// <summary>The canonical form.</summary>
    public static JsonTypeInfo<Snapshot> Canonical { get; } = Make(indented: false);

    /// <summary>The canonical form with line breaks.</summary>
    public static JsonTypeInfo<Snapshot> Indented { get; } = Make(indented: true);

    private static JsonTypeInfo<Snapshot> Make(bool indented) => (JsonTypeInfo<Snapshot>)MakeOptions(indented).GetTypeInfo(typeof(Snapshot));

    // A TDMR without a PAMT and a hole without a TDMR leave the member out, so reading must not ask for it.
    private static void AllowAbsentMembers(JsonTypeInfo info)
    {
        foreach (JsonPropertyInfo member in info.Properties)
        {
            if ((info.Type == typeof(Tdmr) && member.PropertyType == typeof(Pamt)) || member.PropertyType == typeof(int?))
            {
                member.IsRequired = false;
            }
        }
    }

    private static JsonSerializerOptions MakeOptions(bool indented) => new()
    {
        TypeInfoResolver = new SnapshotJson().WithAddedModifier(AllowAbsentMembers),
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        IgnoreReadOnlyProperties = true,
        MaxDepth = SnapshotCodec.MaxDepth,
        WriteIndented = indented,
        NewLine = "\n",
        Converters =
        {
            new PhysAddrConverter(), new ByteSizeConverter(), new AddressRangeConverter(), new FieldIdConverter(), new HexConverter(), new ShortHexConverter(),
            new ReadingConverter<string>(), new ReadingConverter<bool>(), new ReadingConverter<int>(), new ReadingConverter<long>(),
            new ReadingConverter<CpuFacts>(), new ReadingConverter<IReadOnlyList<string>>(), new ReadingConverter<IReadOnlyList<MemoryBlock>>(),
            new ReadingConverter<IReadOnlyList<NumaNode>>(), new ReadingConverter<IReadOnlyList<FirmwareRange>>(),
            new ReadingConverter<IReadOnlyList<MetadataValue>>(), new ReadingConverter<TdmrLimits>(), new ReadingConverter<TdmrLayout>(),
            new ReadingConverter<ulong>(), new ReadingConverter<KvmTdxCapabilities>(), new ReadingConverter<ModuleUpdateNode>(), new ReadingConverter<MemoryBlocks>(), new ReadingConverter<SysfsModule>(), new ReadingConverter<CpuSignature>(),
            new WordConverter<Origin>(), new WordConverter<Provenance>(), new WordConverter<LayoutError>(), new WordConverter<ReservedCause>(),
            new WordConverter<HoleSource>(),
        },
    };
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

        var seen = new HashSet<string>(StringComparer.Ordinal);
        T? value = default;
        bool hasValue = false;
        string? source = null, notOffered = null, unreadable = null, remedy = null;
        Provenance? provenance = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!seen.Add(name))
            {
                throw new JsonException($"a reading has the member '{name}' twice");
            }

            reader.Read();
            switch (name)
            {
                case "value":
                    value = ReadValue(ref reader, options);
                    hasValue = value is not null;
                    break;
                case "provenance": provenance = WordConverter<Provenance>.Parse(reader.GetString()); break;
                case "source": source = reader.GetString(); break;
                case "notOffered": notOffered = reader.GetString(); break;
                case "unreadable": unreadable = reader.GetString(); break;
                case "remedy": remedy = reader.GetString(); break;
                default: throw new JsonException($"a reading has no member '{name}'");
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

    // The path of an error inside the value begins anew there; its text carries it on, and the serialiser adds the path up to here.
    private static T? ReadValue(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, Info(options));
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
                writer.WritePropertyName("value");
                JsonSerializer.Serialize(writer, value.Value, Info(options));
                writer.WriteString("provenance", WordConverter<Provenance>.Word(value.Provenance));
                break;
            case ReadingState.NotOffered:
                writer.WriteString("notOffered", value.Reason);
                break;
            default:
                writer.WriteString("unreadable", value.Reason);
                writer.WriteString("remedy", value.Remedy);
                break;
        }

        writer.WriteString("source", value.Source);
        writer.WriteEndObject();
    }

    private static JsonTypeInfo<T> Info(JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}

/// <summary>Writes an enumeration as its name in camel case and reads nothing else, no numbers.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByWord = Enum.GetValues<T>().ToDictionary(Word);

    public static string Word(T value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static T Parse(string? word) => word is not null && ByWord.TryGetValue(word, out T value)
        ? value
        : throw new JsonException($"'{word}' is not one of: {string.Join(", ", ByWord.Keys)}");

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Word(value));
}

internal sealed class HexConverter : JsonConverter<ulong>
{
    public static ulong Parse(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && Hex.TryParse(reader.GetString(), out ulong value)
            ? value
            : throw new JsonException("a 64-bit value must be a string of 0x and up to 16 hex digits");

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteStringValue(Hex.Plain(value));
}

internal sealed class ShortHexConverter : JsonConverter<uint>
{
    public override uint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ulong value = HexConverter.Parse(ref reader);
        return value <= uint.MaxValue ? (uint)value : throw new JsonException($"{Hex.Plain(value)} does not fit 32 bits");
    }

    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) => writer.WriteStringValue(Hex.Plain(value));
}

internal sealed class PhysAddrConverter : JsonConverter<PhysAddr>
{
    public override PhysAddr Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ulong value = HexConverter.Parse(ref reader);
        return value <= PhysAddr.MaxValue ? new PhysAddr(value) : throw new JsonException($"address {Hex.Plain(value)} lies beyond 2^52");
    }

    public override void Write(Utf8JsonWriter writer, PhysAddr value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class ByteSizeConverter : JsonConverter<ByteSize>
{
    public override ByteSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(HexConverter.Parse(ref reader));

    public override void Write(Utf8JsonWriter writer, ByteSize value, JsonSerializerOptions options) => writer.WriteStringValue(Hex.Plain(value.Bytes));
}

internal sealed class FieldIdConverter : JsonConverter<FieldId>
{
    public override FieldId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(HexConverter.Parse(ref reader));

    public override void Write(Utf8JsonWriter writer, FieldId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Writes a range as an array of its two ends.</summary>
internal sealed class AddressRangeConverter : JsonConverter<AddressRange>
{
    public override AddressRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
        {
            throw new JsonException("a range must be an array of start and end");
        }

        ulong start = HexConverter.Parse(ref reader);
        reader.Read();
        ulong end = HexConverter.Parse(ref reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
        {
            throw new JsonException("a range must be an array of exactly start and end");
        }

        return start < end && end <= PhysAddr.MaxValue
            ? new AddressRange(start, end)
            : throw new JsonException($"range [{Hex.Plain(start)}, {Hex.Plain(end)}) is empty, runs backwards or ends beyond 2^52");
    }

    public override void Write(Utf8JsonWriter writer, AddressRange value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Start.ToString());
        writer.WriteStringValue(value.End.ToString());
        writer.WriteEndArray();
    }
}
