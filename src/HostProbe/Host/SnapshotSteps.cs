using TdxDash.HostProbe.Native;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>The computations between what was read and the snapshot, each replaceable on its own.</summary>
public sealed record SnapshotSteps
{
    /// <summary>The real ones.</summary>
    public static SnapshotSteps Standard { get; } = new();

    /// <summary>Picks the lines that speak of TDX out of a kernel log.</summary>
    public Func<string, IReadOnlyList<string>> TdxLines { get; init; } = KernelLogFacts.TdxLines;

    /// <summary>Reads all global metadata.</summary>
    public Func<ISeamcallTransport, SweptMetadata> Sweep { get; init; } = MetadataSweep.Run;

    /// <summary>Finds the module's limits, CMRs and features among what was read.</summary>
    public Func<ModuleFacts, KernelTdxFacts, ModuleIdentity> Identity { get; init; } = (module, kernel) => ModuleIdentity.From(module, kernel);

    /// <summary>Builds the layout.</summary>
    public Func<MemoryMap, TdmrLimits, LayoutOptions, TdmrLayout> Layout { get; init; } = TdmrBuilder.Build;
}
