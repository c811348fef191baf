using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Api.V1;

/// <summary>A page of hosts.</summary>
public sealed record HostPage
{
    /// <summary>The moment that the values are of, RFC 3339 in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How many hosts the whole list has.</summary>
    public required int Total { get; init; }

    /// <summary>The hosts.</summary>
    public required IReadOnlyList<HostItem> Items { get; init; }

    /// <summary>The cursor of the next page; absent after the last.</summary>
    public string? Next { get; init; }
}

/// <summary>A host as the fleet shows it.</summary>
public sealed record HostItem
{
    /// <summary>The host's identity, a GUID that never changes.</summary>
    public required string Id { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of machine it is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>Whether any value of the host is emulated: it is a demo machine, or its module is an emulated one.</summary>
    public required bool IsEmulated { get; init; }

    /// <summary>The state of TDX: failed, atrisk, notinitialized, notdx or ready, as in the parameter state.</summary>
    public required string State { get; init; }

    /// <summary>The state in one sentence that names the cause.</summary>
    public required string StateReason { get; init; }

    /// <summary>Whether the host was not heard of for so long that its values are old.</summary>
    public required bool IsSilent { get; init; }

    /// <summary>When the dashboard last heard of the host, by the dashboard's clock.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>When the latest snapshot was taken, by the host's own clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The hash of the latest snapshot.</summary>
    public required string Snapshot { get; init; }

    /// <summary>The revision of the latest change to the host; it rises over the whole fleet.</summary>
    public required long Revision { get; init; }

    /// <summary>The group that people put the host into; absent for none.</summary>
    public string? Group { get; init; }

    /// <summary>The tags that people gave it, in order.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The CPU family by its public short name, as GNR.</summary>
    public required string CpuFamily { get; init; }

    /// <summary>The TDX module's version.</summary>
    public required TextReading ModuleVersion { get; init; }

    /// <summary>Known newer releases of the module for the same CPU family.</summary>
    public required LinesReading NewerReleases { get; init; }

    /// <summary>Usable memory.</summary>
    public required BytesReading Memory { get; init; }

    /// <summary>PAMT over all TDMRs.</summary>
    public required BytesReading Pamt { get; init; }

    /// <summary>The most reserved areas that any TDMR needs.</summary>
    public required NumberReading PeakReserved { get; init; }

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    public required NumberReading MaxReserved { get; init; }

    /// <summary>TDMRs that are needed.</summary>
    public required NumberReading Tdmrs { get; init; }

    /// <summary>MAX_TDMRS.</summary>
    public required NumberReading MaxTdmrs { get; init; }

    /// <summary>Private KeyIDs for TDs.</summary>
    public required NumberReading KeyIds { get; init; }

    /// <summary>Private KeyIDs that no TD holds.</summary>
    public required NumberReading KeyIdsFree { get; init; }

    /// <summary>The kernel release, as uname -r prints it.</summary>
    public required TextReading KernelRelease { get; init; }

    /// <summary>How deep the probe could read: files, rootFiles or module.</summary>
    public required TextReading Tier { get; init; }

    /// <summary>The probe's version; absent where it is not known.</summary>
    public string? ProbeVersion { get; init; }

    /// <summary>Snapshots and observations that the probe's journal had to drop before they could be delivered.</summary>
    public required long? Dropped { get; init; }
}

/// <summary>One host with its module and its readiness checks.</summary>
public sealed record HostDetail
{
    /// <summary>The host as the fleet shows it.</summary>
    public required HostItem Host { get; init; }

    /// <summary>The TDX module.</summary>
    public required ModuleItem Module { get; init; }

    /// <summary>The readiness checks, in the order in which they depend on each other.</summary>
    public required IReadOnlyList<CheckItem> Checks { get; init; }
}

/// <summary>The TDX module of a host, from the best source that there is: the module itself, then sysfs, then the kernel log.</summary>
public sealed record ModuleItem
{
    /// <summary>The version.</summary>
    public required TextReading Version { get; init; }

    /// <summary>BUILD_NUM.</summary>
    public required NumberReading BuildNumber { get; init; }

    /// <summary>BUILD_DATE as yyyy-mm-dd.</summary>
    public required TextReading BuildDate { get; init; }

    /// <summary>VENDOR_ID; 0x8086 is Intel.</summary>
    public required HexReading VendorId { get; init; }

    /// <summary>SYS_ATTRIBUTES; bit 31 marks a debug module.</summary>
    public required HexReading Attributes { get; init; }

    /// <summary>TDX_FEATURES0.</summary>
    public required HexReading Features { get; init; }

    /// <summary>The names of the bits of TDX_FEATURES0 that are set.</summary>
    public required LinesReading FeatureNames { get; init; }

    /// <summary>The P-SEAMLDR version.</summary>
    public required TextReading SeamldrVersion { get; init; }

    /// <summary>Runtime updates that remain possible.</summary>
    public required NumberReading RemainingUpdates { get; init; }
}

/// <summary>A readiness check.</summary>
public sealed record CheckItem
{
    /// <summary>Its stable name, as platform.vendor; docs/readiness.md describes each.</summary>
    public required string Id { get; init; }

    /// <summary>What is checked.</summary>
    public required string Title { get; init; }

    /// <summary>How it ended.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>Whether TDX cannot work without it.</summary>
    public required bool IsMandatory { get; init; }

    /// <summary>The line or value that was seen, with its source.</summary>
    public required string Evidence { get; init; }

    /// <summary>What to change; absent where it passed.</summary>
    public string? Remedy { get; init; }
}
