using System.Buffers.Binary;
using System.Text.Json;
using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Targets;

/// <summary>The list of TDH.SYS.RDALL, and the arrays that are put together from it.</summary>
internal sealed class MetadataListTarget() : FuzzTarget("rdall")
{
    private const int MaxSeeds = 24;

    public override int MaxLength => 4_096;

    public override IEnumerable<byte[]> Seeds() => File.ReadLines(Repository.Data("vectors", "sysrd.public.jsonl"))
        .Select(ListOf).OfType<byte[]>().Where(list => list.Length > 8).DistinctBy(Convert.ToHexString).Take(MaxSeeds);

    // The size that the list says it has is mended most of the time: it is the first thing that is looked at.
    public override byte[] Repair(byte[] mutated, Random random)
    {
        if (mutated.Length >= 8 && random.Next(4) != 0)
        {
            mutated = [.. mutated.AsSpan(0, mutated.Length & ~7)];
            BinaryPrimitives.WriteUInt16LittleEndian(mutated, (ushort)mutated.Length);
        }

        return mutated;
    }

    public override string Check(byte[] input)
    {
        IReadOnlyList<MetadataValue> fields;
        try
        {
            fields = MetadataList.Parse(input);
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        Promise(fields.All(field => field.Id.Code < 1 << 24 && field.Values.Count is >= 1 and <= 16), "a field is out of bounds");
        Promise(Same(MetadataList.Parse(Render(fields)), fields), "what was parsed does not survive being written and parsed");
        IReadOnlyList<MetadataValue> whole = MetadataCatalogue.Assemble(fields);
        Promise(whole.SelectMany(field => field.Values).SequenceEqual(fields.SelectMany(field => field.Values)), "elements were lost or changed their order");
        foreach (MetadataValue value in whole)
        {
            Promise(MetadataText.Of(value).Length > 0 && MetadataText.NameOf(value.Id).Length > 0, $"{value.Id} has no text");
        }

        return $"accepted {Math.Min(fields.Count, 3)} {whole.Count < fields.Count} {whole.Any(value => MetadataCatalogue.Find(value.Id) is null)}";
    }

    private static byte[]? ListOf(string line)
    {
        using JsonDocument vector = JsonDocument.Parse(line);
        return vector.RootElement.GetProperty("expect").TryGetProperty("list_hex", out JsonElement list) ? Convert.FromHexString(list.GetString()!) : null;
    }

    private static bool Same(IReadOnlyList<MetadataValue> a, IReadOnlyList<MetadataValue> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => pair.First.Id == pair.Second.Id && pair.First.Values.SequenceEqual(pair.Second.Values));

    // One sequence for each field.
    private static byte[] Render(IReadOnlyList<MetadataValue> fields)
    {
        ulong[] words = [.. fields.SelectMany(field => (IEnumerable<ulong>)[field.Id.Value | ((ulong)(field.Values.Count - 1) << 34), .. field.Values])];
        byte[] list = new byte[8 + (8 * words.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(list, (ushort)list.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(2), (ushort)fields.Count);
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(list.AsSpan(8 + (8 * i)), words[i]);
        }

        return list;
    }
}
