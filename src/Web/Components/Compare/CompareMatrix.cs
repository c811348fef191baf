using System.Collections.Immutable;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Compare;

/// <summary>One place at which any of several snapshots differs from the first.</summary>
/// <param name="Path">The place.</param>
/// <param name="First">The first snapshot's value; null where it has none, and where only its provenance differs.</param>
/// <param name="Others">For each of the others its difference; null where it is like the first.</param>
public sealed record MatrixRow(string Path, string? First, IReadOnlyList<DiffEntry?> Others);

/// <summary>Three or four snapshots beside each other.</summary>
/// <param name="Rows">The places at which they differ, in the canonical order of the first that differs.</param>
/// <param name="Expected">How many entries each rule left out, by its id.</param>
public sealed record CompareMatrix(IReadOnlyList<MatrixRow> Rows, IReadOnlyDictionary<string, int> Expected)
{
    /// <summary>Compares each with the first.</summary>
    /// <param name="found">The snapshots, two or more.</param>
    /// <param name="off">The ids of rules that are switched off.</param>
    public static CompareMatrix Of(IReadOnlyList<FoundSnapshot> found, ImmutableSortedSet<string> off)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(off);
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new Dictionary<(string, DiffAspect), DiffEntry?[]>();
        var order = new List<(string Path, DiffAspect Aspect)>();
        for (int i = 1; i < found.Count; i++)
        {
            bool areOfTwoHosts = found[0].Stored.HostId != found[i].Stored.HostId;
            foreach (DiffEntry entry in SnapshotDiff.Between(found[0].Snapshot, found[i].Snapshot).Entries)
            {
                if (areOfTwoHosts && ExpectedDifferences.RuleOf(entry, off.Contains) is { } rule)
                {
                    expected[rule.Id] = expected.GetValueOrDefault(rule.Id) + 1;
                    continue;
                }

                (string Path, DiffAspect Aspect) key = (entry.Path, entry.Aspect);
                if (!rows.TryGetValue(key, out DiffEntry?[]? cells))
                {
                    rows[key] = cells = new DiffEntry?[found.Count - 1];
                    order.Add(key);
                }

                cells[i - 1] ??= entry;
            }
        }

        return new CompareMatrix([.. order.Select(key => new MatrixRow(key.Path, rows[key].OfType<DiffEntry>().First().Before, rows[key]))], expected);
    }
}
