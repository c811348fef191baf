using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
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

/// <summary>Writes an enumeration as its name in camel case and reads nothing else, no numbers.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly T[] Values = Enum.GetValues<T>();
    private static readonly JsonEncodedText[] Words = Array.ConvertAll(Values, value => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(value.ToString())));

    /// <summary>Each value with its word as it stands in JSON, in quotation marks.</summary>
    public static (T Value, byte[] Word)[] Quoted { get; } = [.. Values.Zip(Words, (value, word) => (value, (byte[])[(byte)'"', .. word.EncodedUtf8Bytes, (byte)'"']))];

    public static JsonEncodedText Word(T value) =>
        Array.IndexOf(Values, value) is var i and >= 0 ? Words[i] : throw new ArgumentOutOfRangeException(nameof(value), value, $"No member of {typeof(T).Name}.");

    public static T Parse(ref Utf8JsonReader reader)
    {
        bool isText = reader.TokenType == JsonTokenType.String;
        for (int i = 0; isText && i < Words.Length; i++)
        {
            if (reader.ValueTextEquals(Words[i].EncodedUtf8Bytes))
            {
                return Values[i];
            }
        }

        throw new JsonException($"'{(isText ? reader.GetString() : null)}' is not one of: {string.Join(", ", Words)}");
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Word(value));
}

internal sealed class HexConverter : JsonConverter<ulong>
{
    /// <summary>0x and the digits of 64 bits.</summary>
    private const int MaxText = 18;

    public static ulong Parse(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            bool isPlain = !reader.ValueIsEscaped && !reader.HasValueSequence;
            if (isPlain ? Hex.TryParse(reader.ValueSpan, out ulong value) : Hex.TryParse(reader.GetString(), out value))
            {
                return value;
            }
        }

        throw new JsonException("a 64-bit value must be a string of 0x and up to 16 hex digits");
    }

    /// <summary>Writes the plain form without making a text of it.</summary>
    public static void WritePlain(Utf8JsonWriter writer, ulong value)
    {
        Span<byte> text = stackalloc byte[MaxText];
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"0x{value:x}", out int length);
        writer.WriteStringValue(text[..length]);
    }

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => WritePlain(writer, value);
}

internal sealed class ShortHexConverter : JsonConverter<uint>
{
    public override uint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ulong value = HexConverter.Parse(ref reader);
        return value <= uint.MaxValue ? (uint)value : throw new JsonException($"{Hex.Plain(value)} does not fit 32 bits");
    }

    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) => HexConverter.WritePlain(writer, value);
}

internal sealed class PhysAddrConverter : JsonConverter<PhysAddr>
{
    public override PhysAddr Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        ulong value = HexConverter.Parse(ref reader);
        return value <= PhysAddr.MaxValue ? new PhysAddr(value) : throw new JsonException($"address {Hex.Plain(value)} lies beyond 2^52");
    }

    public override void Write(Utf8JsonWriter writer, PhysAddr value, JsonSerializerOptions options) => HexConverter.WritePlain(writer, value.Value);
}

internal sealed class ByteSizeConverter : JsonConverter<ByteSize>
{
    public override ByteSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(HexConverter.Parse(ref reader));

    public override void Write(Utf8JsonWriter writer, ByteSize value, JsonSerializerOptions options) => HexConverter.WritePlain(writer, value.Bytes);
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
        HexConverter.WritePlain(writer, value.Start.Value);
        HexConverter.WritePlain(writer, value.End.Value);
        writer.WriteEndArray();
    }
}
