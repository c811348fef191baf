using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Layout;

/// <summary>The layout part of a snapshot, from its other parts.</summary>
public static class LayoutPrediction
{
    private const string Source = "Linux TDMR construction";
    private const string AssumedLimits = "assumed: what every TDX 1.5 and 2.0 module seen so far reports";

    /// <summary>Works out limits and layout with the provenance that their inputs allow: made-up machine, emulated or assumed limits, assumed memory.</summary>
    /// <param name="origin">The kind of machine.</param>
    /// <param name="map">The memory; a known one as <see cref="MemoryMap.Create"/> accepts it.</param>
    /// <param name="module">The module's limits and CMRs, as far as they are known.</param>
    /// <param name="behavior">The kernel's ways.</param>
    /// <param name="build">Builds the layout.</param>
    public static LayoutFacts Of(Origin origin, Reading<IReadOnlyList<MemoryBlock>> map, ModuleIdentity module, LinuxBehavior behavior, Func<MemoryMap, TdmrLimits, LayoutOptions, TdmrLayout> build)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(behavior);
        ArgumentNullException.ThrowIfNull(build);
        Reading<TdmrLimits> limits = module.Limits.IsKnown ? module.Limits : Reading.Known(TdmrLimits.Usual, Provenance.Hypothetical, AssumedLimits);
        Provenance provenance = origin == Origin.Demo ? Provenance.Emulated
            : limits.Provenance is Provenance.Emulated or Provenance.Hypothetical ? limits.Provenance
            : map.Provenance == Provenance.Hypothetical ? Provenance.Hypothetical
            : Provenance.Computed;
        return new LayoutFacts
        {
            Limits = limits,
            Layout = map.TryGet(out IReadOnlyList<MemoryBlock>? blocks)
                ? Reading.Known(build(MemoryMap.Create(blocks), limits.Value, new LayoutOptions { Behavior = behavior, Cmrs = module.Cmrs.Or(null) }), provenance, $"{Source}, {behavior.Name}")
                : Reading.Unreadable<TdmrLayout>(Source, $"There is no memory map to build it from: {map.Reason}", map.Remedy),
        };
    }
}
