using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Fakes;

/// <summary>Computations that are simple enough to be checked by eye: layouts know holes and PAMT sizes, and a PAMT lies where its TDMR begins.</summary>
internal static class FakeSteps
{
    public static readonly FieldId MaxTdmrs = new(0x9100_0001_0000_0008);

    public static SnapshotSteps Simple { get; } = new()
    {
        TdxLines = log => [.. log.Split('\n').Where(line => line.Contains("tdx", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(';', StringComparison.Ordinal) + 1)..])],
        Sweep = Sweep,
        Identity = (module, kernel) => ModuleIdentity.From(module, kernel) with { Limits = module.Metadata.Map(_ => TdmrLimits.Usual) },
        Layout = (map, limits, _) => Layout(map, limits),
    };

    private static SweptMetadata Sweep(ISeamcallTransport transport)
    {
        byte[] page = new byte[4096];
        var registers = new SeamcallRegisters { R8 = FieldId.Null };
        transport.Seamcall(37, ref registers, page);
        return new SweptMetadata(Reading.Known<IReadOnlyList<MetadataValue>>([new MetadataValue(MaxTdmrs, [page[0], registers.R8])], transport.Provenance, "TDH.SYS.RDALL"), AcrossUpdate: false);
    }

    private static TdmrLayout Layout(MemoryMap map, TdmrLimits limits)
    {
        List<AddressRange> memory = [.. map.Blocks.Where(b => b.Range.End.Value > ByteSize.MiB).Select(b => new AddressRange(Math.Max(b.Range.Start.Value, ByteSize.MiB), b.Range.End.Value))];
        var ranges = new List<AddressRange>();
        foreach (AddressRange block in memory)
        {
            ulong start = block.Start.Value / ByteSize.GiB * ByteSize.GiB;
            ulong end = (block.End.Value + ByteSize.GiB - 1) / ByteSize.GiB * ByteSize.GiB;
            start = ranges.Count > 0 ? Math.Max(start, ranges[^1].End.Value) : start;
            if (end > start)
            {
                ranges.Add(new AddressRange(start, end));
            }
        }

        List<Tdmr> tdmrs = [.. ranges.Select(range => new Tdmr(range, PamtOf(range), [.. Holes(range, memory).Select(hole => new ReservedArea(hole, ReservedCause.Hole, 0))]))];
        Tdmr? full = tdmrs.Find(tdmr => tdmr.Reserved.Count > limits.MaxReservedPerTdmr);
        return new TdmrLayout
        {
            Error = full is null ? LayoutError.None : LayoutError.ENOSPC,
            Log = full is null ? [] : [$"initialization failed: TDMR {full.Range}: reserved areas exhausted."],
            Tdmrs = tdmrs,
            TdmrsNeeded = tdmrs.Count,
            PamtKiB = ranges.Aggregate(0UL, (sum, range) => sum + (4104 * (range.Size.Bytes / ByteSize.GiB)) + (4 * ((range.Size.Bytes / ByteSize.GiB) + 255) / 256)),
        };
    }

    private static Pamt PamtOf(AddressRange range) =>
        new(0, range.Start, new ByteSize(range.Size.Bytes / 256), new ByteSize(range.Size.Bytes / 131_072), new ByteSize(4096));

    private static List<AddressRange> Holes(AddressRange tdmr, List<AddressRange> memory)
    {
        var holes = new List<AddressRange>();
        ulong at = tdmr.Start.Value;
        foreach (AddressRange block in memory.Where(block => block.Overlaps(tdmr)))
        {
            if (block.Start.Value > at)
            {
                holes.Add(new AddressRange(at, block.Start.Value));
            }

            at = block.End.Value;
        }

        if (at < tdmr.End.Value)
        {
            holes.Add(new AddressRange(at, tdmr.End.Value));
        }

        return holes;
    }
}
