using System.Buffers.Binary;
using System.Text.Json;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The one array that a page gets for each snapshot; js/memory-map/regions.js reads it. Little-endian, field by field:
/// header (magic, version, count, length of the texts), starts and ends as doubles, which hold every address up to 2^52 exactly,
/// then text, node, TDMR, kind and marks of each region, then the names and reasons as JSON.</summary>
public static class MapBytes
{
    /// <summary>The form's version.</summary>
    public const uint Version = 1;

    private const uint Magic = 0x4d58_4454; // "TDXM" as bytes
    private const int HeaderSize = 16;
    private const int RegionSize = 8 + 8 + 4 + 2 + 2 + 1 + 1;
    private const byte HypotheticalBit = 0x10;
    private const short None = -1;

    /// <summary>Writes the regions.</summary>
    public static byte[] Write(HostMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        IReadOnlyList<MapRegion> regions = map.Regions;
        uint[] texts = Index(regions, out List<string> distinct);
        byte[] meta = JsonSerializer.SerializeToUtf8Bytes(new
        {
            kinds = Enum.GetValues<RegionKind>().Select(kind => new { key = RegionKey.WordOf(kind), name = MapRegion.NameOf(kind) }),
            provenances = Enum.GetValues<Provenance>().Select(ProvenanceMark.Word),
            hypothetical = (int)Provenance.Hypothetical,
            texts = distinct,
        });
        byte[] bytes = new byte[HeaderSize + (RegionSize * regions.Count) + meta.Length];
        var writer = new Writer(bytes);
        writer.Put(Magic);
        writer.Put(Version);
        writer.Put((uint)regions.Count);
        writer.Put((uint)meta.Length);
        PutAll(writer, regions, texts);
        meta.CopyTo(bytes, bytes.Length - meta.Length);
        return bytes;
    }

    private static void PutAll(Writer writer, IReadOnlyList<MapRegion> regions, uint[] texts)
    {
        foreach (MapRegion region in regions)
        {
            writer.Put((double)region.Range.Start.Value);
        }

        foreach (MapRegion region in regions)
        {
            writer.Put((double)region.Range.End.Value);
        }

        foreach (uint text in texts)
        {
            writer.Put(text);
        }

        foreach (MapRegion region in regions)
        {
            writer.Put((short?)region.Node ?? None);
        }

        foreach (MapRegion region in regions)
        {
            writer.Put((short?)region.Tdmr ?? None);
        }

        foreach (MapRegion region in regions)
        {
            writer.Put((byte)region.Kind);
        }

        foreach (MapRegion region in regions)
        {
            writer.Put((byte)((int)region.Provenance | (region.IsHypothetical ? HypotheticalBit : 0)));
        }
    }

    // Equal reasons are sent once.
    private static uint[] Index(IReadOnlyList<MapRegion> regions, out List<string> distinct)
    {
        var known = new Dictionary<string, uint>(StringComparer.Ordinal);
        distinct = [];
        uint[] texts = new uint[regions.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!known.TryGetValue(regions[i].Why, out texts[i]))
            {
                texts[i] = known[regions[i].Why] = (uint)distinct.Count;
                distinct.Add(regions[i].Why);
            }
        }

        return texts;
    }

    private sealed class Writer(byte[] bytes)
    {
        private int _at;

        private Span<byte> Rest => bytes.AsSpan(_at);

        public void Put(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Rest, value);
            _at += sizeof(uint);
        }

        public void Put(short value)
        {
            BinaryPrimitives.WriteInt16LittleEndian(Rest, value);
            _at += sizeof(short);
        }

        public void Put(double value)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(Rest, value);
            _at += sizeof(double);
        }

        public void Put(byte value) => bytes[_at++] = value;
    }
}
