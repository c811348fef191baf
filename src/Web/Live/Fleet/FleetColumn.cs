using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Live.Fleet;

/// <summary>A column of the fleet, in the order in which columns stand.</summary>
public enum FleetColumn
{
    /// <summary>The host's name.</summary>
    Host,

    /// <summary>The state, most urgent first.</summary>
    State,

    /// <summary>The group.</summary>
    Group,

    /// <summary>The CPU family.</summary>
    Family,

    /// <summary>The module's version.</summary>
    Module,

    /// <summary>Usable memory.</summary>
    Memory,

    /// <summary>PAMT in bytes and its share of memory.</summary>
    Pamt,

    /// <summary>Peak use of reserved areas against the limit.</summary>
    Reserved,

    /// <summary>TDMRs against the limit.</summary>
    Tdmrs,

    /// <summary>Private KeyIDs that are free.</summary>
    Keys,

    /// <summary>When the dashboard last heard of the host.</summary>
    Seen,

    /// <summary>What kind of machine it is.</summary>
    Origin,

    /// <summary>The tags.</summary>
    Tags,

    /// <summary>The kernel release.</summary>
    Kernel,

    /// <summary>How deep the probe could read.</summary>
    Tier,
}

/// <summary>A column to sort by.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsDescending">Whether the order is turned round; what is not known stays last.</param>
public readonly record struct FleetSort(FleetColumn Column, bool IsDescending);

/// <summary>Which hosts, and in what order.</summary>
/// <param name="Search">The search.</param>
/// <param name="States">The words of the states that are let through; empty for all.</param>
/// <param name="Sorts">The columns to sort by, the first one first; empty for the name. Hosts that are equal in all of them stand by name.</param>
public sealed record FleetQuery(FleetSearch Search, IReadOnlyCollection<string> States, IReadOnlyList<FleetSort> Sorts)
{
    /// <summary>What tells queries apart.</summary>
    internal string Key => $"{string.Join(',', States.Order(StringComparer.Ordinal))}|{string.Join(',', Sorts)}|{Search.Text}";
}
