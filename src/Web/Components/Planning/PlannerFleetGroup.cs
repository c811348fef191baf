using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Planning;

/// <summary>Hosts of a plan that are added up.</summary>
/// <param name="Key">What they have in common.</param>
/// <param name="Sum">What they come to.</param>
/// <param name="Gaps">How many more could not be worked out.</param>
/// <param name="Marks">Where the figures come from.</param>
public sealed record PlannerFleetGroup(string Key, FleetSum Sum, int Gaps, IReadOnlyList<Provenance> Marks)
{
    /// <summary>Adds up, the group with the most hosts first.</summary>
    public static IReadOnlyList<PlannerFleetGroup> Of(IEnumerable<PlannerFleetRow> rows, FleetGrouping by) =>
        [.. rows.GroupBy(row => row.KeyOf(by)).Select(group => Of(group.Key, [.. group])).OrderByDescending(group => group.Sum.Machines + group.Gaps).ThenBy(group => group.Key, StringComparer.OrdinalIgnoreCase)];

    private static PlannerFleetGroup Of(string key, PlannerFleetRow[] rows) => new(
        key, FleetSum.Of([.. rows.Where(row => row.Row is not null).Select(row => row.Row!)]), rows.Count(row => row.Row is null),
        PlannerFleetRow.MarksOf(rows));
}
