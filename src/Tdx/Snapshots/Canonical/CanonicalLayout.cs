using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.Snapshots.Canonical.CanonicalSnapshot;

namespace TdxDash.Tdx.Snapshots.Canonical;

/// <summary>Reads the layout of snapshots in canonical form.</summary>
internal static class CanonicalLayout
{
    /// <summary>Reads the limits.</summary>
    public static TdmrLimits Limits(ref CanonicalReader reader)
    {
        var limits = new TdmrLimits(
            Short(ref reader, "{\"maxTdmrs\":"u8),
            Short(ref reader, ",\"maxReservedPerTdmr\":"u8),
            Short(ref reader, ",\"pamt4KEntrySize\":"u8),
            Short(ref reader, ",\"pamt2MEntrySize\":"u8),
            Short(ref reader, ",\"pamt1GEntrySize\":"u8));
        reader.Expect("}"u8);
        return limits;
    }

    /// <summary>Reads the layout.</summary>
    public static TdmrLayout Read(ref CanonicalReader reader)
    {
        reader.Expect("{\"error\":"u8);
        LayoutError error = reader.Word<LayoutError>();
        IReadOnlyList<string> log = Texts(ref reader, ",\"log\":"u8);
        reader.Expect(",\"tdmrs\":"u8);
        var layout = new TdmrLayout
        {
            Error = error,
            Log = log,
            Tdmrs = reader.List(Tdmr),
            TdmrsNeeded = Int(ref reader, ",\"tdmrsNeeded\":"u8),
            PamtKiB = Hex(ref reader, ",\"pamtKiB\":"u8),
            FailedTdmr = IntIfThere(ref reader, ",\"failedTdmr\":"u8),
            Holes = reader.TryTake(",\"holes\":\"cmrs\""u8) ? HoleSource.Cmrs : HoleSource.MemoryList,
        };
        reader.Expect("}"u8);
        return layout;
    }

    private static Tdmr Tdmr(ref CanonicalReader reader)
    {
        AddressRange range = Range(ref reader);
        Pamt? pamt = reader.TryTake(",\"pamt\":"u8) ? Pamt(ref reader) : null;
        reader.Expect(",\"reserved\":"u8);
        IReadOnlyList<ReservedArea> reserved = reader.List(Reserved);
        reader.Expect("}"u8);
        return new Tdmr(range, pamt, reserved);
    }

    private static Pamt Pamt(ref CanonicalReader reader)
    {
        var pamt = new Pamt(
            Int(ref reader, "{\"node\":"u8),
            new PhysAddr(Hex(ref reader, ",\"start\":"u8, PhysAddr.MaxValue)),
            new ByteSize(Hex(ref reader, ",\"size4K\":"u8)),
            new ByteSize(Hex(ref reader, ",\"size2M\":"u8)),
            new ByteSize(Hex(ref reader, ",\"size1G\":"u8)))
        {
            IsAddressKnown = reader.TryTake(",\"isAddressKnown\":true"u8),
        };
        reader.Expect("}"u8);
        return pamt;
    }

    private static ReservedArea Reserved(ref CanonicalReader reader)
    {
        AddressRange range = Range(ref reader);
        reader.Expect(",\"cause\":"u8);
        var area = new ReservedArea(range, reader.Word<ReservedCause>(), IntIfThere(ref reader, ",\"pamtOfTdmr\":"u8),
            IntIfThere(ref reader, ",\"blockBefore\":"u8), IntIfThere(ref reader, ",\"blockAfter\":"u8));
        reader.Expect("}"u8);
        return area;
    }

    private static ushort Short(ref CanonicalReader reader, ReadOnlySpan<byte> name)
    {
        reader.Expect(name);
        return reader.Short();
    }

    private static int? IntIfThere(ref CanonicalReader reader, ReadOnlySpan<byte> name) => reader.TryTake(name) ? reader.Int() : null;
}
