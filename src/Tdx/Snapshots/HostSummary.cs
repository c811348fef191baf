using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The few values of a snapshot that a row of the fleet shows.</summary>
public sealed record HostSummary
{
    /// <summary>The host name.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of machine this is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The state.</summary>
    public required TdxState State { get; init; }

    /// <summary>The state in one sentence.</summary>
    public required string StateReason { get; init; }

    /// <summary>The CPU family by its public short name, for example <c>SPR</c>, <c>EMR</c>, <c>GNR</c>; the family and model numbers where it has none.</summary>
    public required string CpuFamily { get; init; }

    /// <summary>The module's version.</summary>
    public required Reading<ModuleVersion> Version { get; init; }

    /// <summary>Usable memory.</summary>
    public required Reading<ByteSize> Memory { get; init; }

    /// <summary>PAMT over all TDMRs.</summary>
    public required Reading<ByteSize> Pamt { get; init; }

    /// <summary>The most reserved areas that any TDMR needs.</summary>
    public required Reading<int> PeakReserved { get; init; }

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    public required Reading<int> MaxReserved { get; init; }

    /// <summary>TDMRs needed.</summary>
    public required Reading<int> Tdmrs { get; init; }

    /// <summary>MAX_TDMRS.</summary>
    public required Reading<int> MaxTdmrs { get; init; }

    /// <summary>Works it out.</summary>
    public static HostSummary From(Snapshot snapshot) => throw new NotSupportedException();
}
