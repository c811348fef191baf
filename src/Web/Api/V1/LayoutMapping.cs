using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Writes layouts as the API shows them.</summary>
internal static class LayoutMapping
{
    // What a host with more memory than there are addresses would print: no size of bytes.
    private const ulong MostKiB = 1UL << 50;

    /// <summary>The layout of a snapshot.</summary>
    public static LayoutDocument Document(StoredSnapshot stored, HostView view)
    {
        Snapshot snapshot = view.Snapshot;
        return new LayoutDocument
        {
            Snapshot = SnapshotMapping.Item(stored),
            Limits = LimitsReading.Of(snapshot.Layout.Limits),
            Computed = LayoutReading.Of(snapshot.Layout.Layout, layout => Item(layout, view.Explanation, view.ReservedUse)),
            Reported = Reported(view),
            Acceptance = AcceptanceReading.Of(view.Acceptance),
        };
    }

    /// <summary>A layout.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="explanation">It in words; null where there is none.</param>
    /// <param name="uses">The reserved areas over all places of PAMTs, for each TDMR; empty where that is not known.</param>
    public static LayoutItem Item(TdmrLayout layout, LayoutExplanation? explanation, IReadOnlyList<ReservedUse> uses) => new()
    {
        Outcome = explanation?.Outcome,
        Error = layout.Error,
        Holes = layout.Holes,
        TdmrsNeeded = layout.TdmrsNeeded,
        PeakReserved = layout.PeakReserved,
        PamtBytes = layout.PamtKiB < MostKiB ? (long)(layout.PamtKiB * ByteSize.KiB) : 0,
        FailedTdmr = layout.FailedTdmr,
        Log = layout.Log,
        Tdmrs = [.. layout.Tdmrs.Select((tdmr, i) => Tdmr(tdmr, i, explanation?.Tdmrs[i], i < uses.Count ? uses[i] : null))],
    };

    private static TdmrItem Tdmr(Tdmr tdmr, int index, TdmrExplanation? words, ReservedUse? use) => new()
    {
        Index = index,
        Start = tdmr.Range.Start.ToString(),
        End = tdmr.Range.End.ToString(),
        Bytes = (long)tdmr.Range.Size.Bytes,
        Why = words?.Range ?? [],
        Pamt = tdmr.Pamt is { } pamt ? Pamt(pamt, words?.Pamt ?? []) : null,
        Reserved = [.. tdmr.Reserved.Select((area, i) => Reserved(area, words?.Areas[i]))],
        LeastReserved = use?.Least,
        MostReserved = use?.Most,
    };

    private static PamtItem Pamt(Pamt pamt, IReadOnlyList<string> why) => new()
    {
        Start = pamt.Start.ToString(),
        End = new PhysAddr(pamt.Start.Value + pamt.Size.Bytes).ToString(),
        Bytes = (long)pamt.Size.Bytes,
        IsAddressKnown = pamt.IsAddressKnown,
        Node = pamt.Node,
        Bytes4K = (long)pamt.Size4K.Bytes,
        Bytes2M = (long)pamt.Size2M.Bytes,
        Bytes1G = (long)pamt.Size1G.Bytes,
        Why = why,
    };

    private static ReservedItem Reserved(ReservedArea area, string? reason) => new()
    {
        Start = area.Range.Start.ToString(),
        End = area.Range.End.ToString(),
        Bytes = (long)area.Range.Size.Bytes,
        Cause = area.Cause,
        PamtOfTdmr = area.PamtOfTdmr,
        Reason = reason,
    };

    private static ReportedLayout Reported(HostView view)
    {
        Reading<IReadOnlyList<string>> lines = view.Snapshot.Kernel.LogLines;
        KernelLogFacts log = view.KernelLog;
        Reading<ByteSize> pamt = Told(lines, "how much is allocated for PAMT", log.PamtKiB is { } printed and < MostKiB ? new ByteSize(printed * ByteSize.KiB) : (ByteSize?)null);
        return new ReportedLayout
        {
            Pamt = BytesReading.Of(pamt),
            IsInitialized = FlagReading.Of(Told(lines, "whether the module was initialised", log.Initialized)),
            Cmrs = RangesReading.Of(view.Module.Cmrs),
            Failures = LinesReading.Of(lines.Map(_ => log.Failures)),
            IsPamtAsComputed = pamt.TryGet(out ByteSize reported) && view.Snapshot.Layout.Layout.TryGet(out TdmrLayout? layout) && layout.PamtKiB is > 0 and < MostKiB
                ? reported.Bytes == layout.PamtKiB * ByteSize.KiB
                : null,
        };
    }

    private static Reading<T> Told<T>(Reading<IReadOnlyList<string>> lines, string what, T? value)
        where T : struct => !lines.IsKnown ? lines.Map(_ => default(T))
            : value is { } told ? lines.Map(_ => told)
            : Reading.NotOffered<T>(lines.Source, $"No line of the kernel log tells {what}.");
}
