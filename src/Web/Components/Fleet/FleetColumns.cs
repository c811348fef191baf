using System.Globalization;
using MudBlazor;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>What the fleet's columns are called and what stands in them.</summary>
public static class FleetColumns
{
    /// <summary>Where memory sizes and kernel releases come from unless a row says otherwise.</summary>
    public const Provenance UsualMemory = Provenance.Kernel;

    /// <summary>Where figures of the layout come from unless a row says otherwise.</summary>
    public const Provenance UsualLayout = Provenance.Computed;

    /// <summary>Where KeyIDs come from unless a row says otherwise.</summary>
    public const Provenance UsualKeys = Provenance.Kernel;

    private static readonly string[] Classes = [.. Enum.GetValues<FleetColumn>()
        .Select(column => $"mud-table-cell{(column == FleetColumn.Host ? " sticky-left" : "")} col-{FleetState.Word(column)}{(IsNumber(column) ? " number" : "")}")];

    /// <summary>All columns.</summary>
    public static IReadOnlyList<FleetColumn> All { get; } = Enum.GetValues<FleetColumn>();

    /// <summary>The heading.</summary>
    public static string Title(FleetColumn column) => column switch
    {
        FleetColumn.Pamt => "PAMT",
        FleetColumn.Reserved => "Reserved areas",
        FleetColumn.Tdmrs => "TDMRs",
        FleetColumn.Keys => "KeyIDs free",
        _ => column.ToString(),
    };

    /// <summary>What the heading's tooltip says.</summary>
    public static string About(FleetColumn column) => column switch
    {
        FleetColumn.Host => "Host name, which opens its page; a click on the rest of the row shows the host beside the table",
        FleetColumn.State => "State of TDX, most urgent first",
        FleetColumn.Group => "Group, given here",
        FleetColumn.Family => "CPU family",
        FleetColumn.Module => "Version of the TDX module. Behind: how many newer releases for the CPU family are known",
        FleetColumn.Memory => "Usable memory",
        FleetColumn.Pamt => "PAMT over all TDMRs and its share of memory. " + Meaning("PAMT"),
        FleetColumn.Reserved => "Reserved areas of the fullest TDMR against MAX_RESERVED_PER_TDMR. " + Meaning("Reserved area"),
        FleetColumn.Tdmrs => "TDMRs against MAX_TDMRS. " + Meaning("TDMR"),
        FleetColumn.Keys => "Private KeyIDs that no guest holds. " + Meaning("KeyID"),
        FleetColumn.Seen => "Time since the dashboard last heard of the host",
        FleetColumn.Origin => "Kind of machine",
        FleetColumn.Tags => "Tags, given here",
        FleetColumn.Kernel => "Kernel release",
        _ => "How deep the probe could read: files, files of root, the TDX module",
    };

    /// <summary>The provenance that the heading states, so that only other ones are marked at values.</summary>
    public static Provenance? Usual(FleetColumn column) => column switch
    {
        FleetColumn.Memory or FleetColumn.Kernel => UsualMemory,
        FleetColumn.Keys => UsualKeys,
        FleetColumn.Pamt or FleetColumn.Reserved or FleetColumn.Tdmrs => UsualLayout,
        _ => null,
    };

    /// <summary>Whether it holds numbers, which stand right.</summary>
    public static bool IsNumber(FleetColumn column) => column is FleetColumn.Memory or FleetColumn.Pamt or FleetColumn.Tdmrs or FleetColumn.Keys or FleetColumn.Seen;

    /// <summary>The classes of its heading and cells.</summary>
    public static string ClassOf(FleetColumn column) => Classes[(int)column];

    /// <summary>The word of a tier.</summary>
    public static string Word(ProbeTier tier) => tier switch
    {
        ProbeTier.Module => "module",
        ProbeTier.RootFiles => "root files",
        _ => "files",
    };

    /// <summary>A state's icon, as the inside of an SVG.</summary>
    public static string Icon(TdxState state) => state switch
    {
        TdxState.Ready => Icons.Material.Filled.CheckCircle,
        TdxState.AtRisk => Icons.Material.Filled.Warning,
        TdxState.Failed => Icons.Material.Filled.Cancel,
        TdxState.NotInitialized => Icons.Material.Filled.Pending,
        _ => Icons.Material.Filled.Block,
    };

    /// <summary>The address of a host's page.</summary>
    public static string Link(FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return $"/hosts/{Uri.EscapeDataString(host.Id)}";
    }

    /// <summary>Which releases are newer, which of them a runtime update reaches by the versions alone, and where that is known from.</summary>
    public static string NewerText(IReadOnlyList<ModuleRelease> newer, ModuleVersion running, string source)
    {
        ArgumentNullException.ThrowIfNull(newer);
        ILookup<UpdateReach, ModuleVersion> reach = newer.Select(release => RuntimeUpdate.Of(release, running)).ToLookup(update => update.Reach, update => update.Release.Version);
        string Part(UpdateReach part, string words) => reach[part].Any() ? $" {words}: {string.Join(", ", reach[part])}." : "";
        return $"Newer for this CPU family: {string.Join(", ", newer.Select(release => release.Version))}."
            + Part(UpdateReach.Reachable, "By a runtime update, as far as versions say") + Part(UpdateReach.NeedsReboot, "After a reboot only") + Part(UpdateReach.NotKnown, "Whether by a runtime update, not known")
            + $" Computed from {source}; there may be more.";
    }

    /// <summary>A limit, or null when it is not known.</summary>
    public static int? Known(Reading<int> limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return limit.TryGet(out int known) ? known : null;
    }

    /// <summary>Why a limit is not known; null when it is.</summary>
    public static string? WhyUnknown(Reading<int> limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return limit.IsKnown ? null : $"Limit not known. {limit.Source}: {limit.Reason} {limit.Remedy}".TrimEnd();
    }

    /// <summary>How far a bar is filled, as a CSS width; nothing without a limit.</summary>
    public static string Width(int used, Reading<int> limit)
    {
        double share = Known(limit) is int most and > 0 ? Math.Min(1, (double)used / most) : 0;
        return (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";
    }

    /// <summary>What the table sorts by, in words.</summary>
    public static string SortText(IReadOnlyCollection<FleetSort> sorts)
    {
        ArgumentNullException.ThrowIfNull(sorts);
        return sorts.Count == 0 ? "host" : string.Join(", then ", sorts.Select(sort => Title(sort.Column).ToLowerInvariant() + (sort.IsDescending ? ", descending" : "")));
    }

    private static string Meaning(string term) => Glossary.Find(term)!.TrimEnd('.');
}
