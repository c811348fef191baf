using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Planning;

/// <summary>A host of the fleet's plan, or the hosts that are to be bought: worked out, or a gap with its reason.</summary>
/// <param name="Host">The host; null for hosts that are to be bought.</param>
/// <param name="Row">What it comes to; null for a gap.</param>
/// <param name="Gap">Why it could not be worked out; null where it was.</param>
public sealed record PlannerFleetRow(FleetHost? Host, FleetRow? Row, FleetGap? Gap)
{
    private const string ToBuy = "to buy";

    /// <summary>Its name.</summary>
    public string Name => Host is { } host ? host.Summary.Name : string.Create(CultureInfo.InvariantCulture, $"{Row?.Machines ?? 0:#,0} {ToBuy}");

    /// <summary>Whether it is emulated.</summary>
    public bool IsEmulated => Host?.Figures.IsEmulated ?? false;

    /// <summary>What it is added up by.</summary>
    public string KeyOf(FleetGrouping by) => Host is not { } host ? ToBuy : by switch
    {
        FleetGrouping.Module => host.Summary.Version.TryGet(out ModuleVersion version) ? version.ToString() : "module not known",
        FleetGrouping.Family => host.Summary.CpuFamily.Length > 0 ? host.Summary.CpuFamily : "family not known",
        _ => host.Labels.Group?.ToString() ?? "no group",
    };

    /// <summary>Where the figures of rows come from: of an emulated host with a change they are hypothetical and emulated.</summary>
    public static IReadOnlyList<Provenance> MarksOf(IEnumerable<PlannerFleetRow> rows) =>
        [.. rows.Where(one => one.Row is not null).SelectMany(one => one.IsEmulated ? [one.Row!.Provenance, Provenance.Emulated] : (Provenance[])[one.Row!.Provenance]).Distinct().Order()];

    /// <summary>Gathers a plan's rows and gaps in the order of its hosts.</summary>
    public static IReadOnlyList<PlannerFleetRow> Of(IReadOnlyList<FleetHost> hosts, FleetPlan plan)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(plan);
        Dictionary<string, FleetRow> rows = plan.Rows.ToDictionary(row => row.Id, StringComparer.Ordinal);
        Dictionary<string, FleetGap> gaps = plan.Gaps.ToDictionary(gap => gap.Id, StringComparer.Ordinal);
        return [.. hosts.Select(host => new PlannerFleetRow(host, rows.GetValueOrDefault(host.Id), gaps.GetValueOrDefault(host.Id))), .. plan.Rows.Where(row => row.Bought > 0).Select(row => new PlannerFleetRow(null, row, null))];
    }

    /// <summary>Those that would not initialise first, then those of which the largest part of a limit is taken, gaps last.</summary>
    public static IReadOnlyList<PlannerFleetRow> ByHeadroom(IEnumerable<PlannerFleetRow> rows) =>
        [.. rows.OrderBy(one => one.Row is null).ThenBy(one => one.Row?.Verdict.Initializes ?? false).ThenByDescending(one => one.Row?.Nearest?.Percent ?? 0).ThenBy(one => one.Name, StringComparer.OrdinalIgnoreCase)];
}

/// <summary>A field of the exported plan of a fleet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value: text, a number or a truth; null where there is none.</param>
public sealed record PlannerFleetField(string Name, Func<PlannerFleetRow, decimal, object?> Value)
{
    /// <summary>All of them, in order. The second argument of <see cref="Value"/> is the price of a GiB, 0 for none.</summary>
    public static IReadOnlyList<PlannerFleetField> All { get; } =
    [
        new("host", (one, _) => one.Name),
        new("host_id", (one, _) => one.Host?.Id),
        new("group", (one, _) => one.Host?.Labels.Group?.ToString()),
        new("module", (one, _) => one.Host?.Summary.Version.TryGet(out ModuleVersion version) == true ? version.ToString() : null),
        new("cpu_family", (one, _) => one.Host?.Summary.CpuFamily),
        new("to_buy", (one, _) => one.Row?.Bought ?? 0),
        new("emulated", (one, _) => one.IsEmulated),
        new("provenance", (one, _) => one.Row?.Provenance.Word()),
        new("initialises", (one, _) => one.Row?.Verdict.Initializes),
        new("limit", (one, _) => one.Row is { Verdict.Limit: not PlanLimit.None and var limit } ? limit.ToString() : null),
        new("sentence", (one, _) => one.Row?.Verdict.Sentence),
        new("memory_bytes", (one, _) => one.Row?.Memory.Bytes),
        new("pamt_bytes", (one, _) => one.Row?.Paid?.Bytes),
        new("pamt_percent", (one, _) => one.Row is { Memory.Bytes: > 0, Paid: { } paid } row ? 100.0 * paid.Bytes / row.Memory.Bytes : null),
        new("pamt_cost", (one, price) => one.Row?.Paid is { } paid && price > 0 ? Money(paid.Bytes, price) : null),
        new("static_pamt_bytes", (one, _) => one.Row?.StaticPamt?.Bytes),
        new("dynamic_pamt_bytes", (one, _) => one.Row?.DynamicPamt?.Bytes),
        new("uses_dynamic_pamt", (one, _) => one.Row?.UsesDynamicPamt),
        new("dynamic_pamt_gain_bytes", (one, _) => one.Row?.Gain),
        new("dynamic_pamt_gain_cost", (one, price) => one.Row?.Gain is { } gain && price > 0 ? Money(gain, price) : null),
        new("tdmrs", (one, _) => one.Row?.Tdmrs),
        new("tdmrs_left", (one, _) => one.Row?.TdmrsLeft),
        new("reserved_peak", (one, _) => one.Row?.PeakReserved),
        new("reserved_left", (one, _) => one.Row?.ReservedLeft),
        new("nearest_limit", (one, _) => one.Row?.Nearest?.Limit.ToString()),
        new("nearest_limit_percent", (one, _) => one.Row?.Nearest is { Percent: var percent } && double.IsFinite(percent) ? percent : null),
        new("keyids", (one, _) => one.Row?.KeyIds),
        new("gap", (one, _) => one.Gap is { } gap ? $"{gap.Reason} {gap.Remedy}".TrimEnd() : null),
    ];

    private static double Money(decimal bytes, decimal price) => (double)FleetPlan.Money(bytes, price);
}
