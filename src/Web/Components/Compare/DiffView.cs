using System.Collections.Immutable;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.Web.Components.Compare;

/// <summary>One difference as the page shows it.</summary>
/// <param name="Entry">The difference.</param>
/// <param name="Anchor">Its name in links, the same for the same place of any two snapshots.</param>
/// <param name="Measure">What it comes to: a delta with its unit, bits that flipped, what became of a region; empty for nothing.</param>
public sealed record DiffLine(DiffEntry Entry, string Anchor, string Measure);

/// <summary>The differences of one part of a snapshot.</summary>
/// <param name="Key">The part, as paths begin: <c>host</c>.</param>
/// <param name="Title">The part for people.</param>
/// <param name="Lines">The differences that are shown.</param>
/// <param name="Expected">How many expected ones are left out.</param>
/// <param name="Unchanged">What does not differ, with its value.</param>
public sealed record DiffGroup(string Key, string Title, IReadOnlyList<DiffLine> Lines, int Expected, IReadOnlyList<(string Title, string Value)> Unchanged)
{
    /// <summary>How many of the shown differences have a sign.</summary>
    public int Count(DiffSign sign) => Lines.Count(line => line.Entry.Sign == sign);
}

/// <summary>The differences of two snapshots, in groups.</summary>
/// <param name="Groups">Every part of a snapshot, in the canonical order.</param>
/// <param name="Expected">How many entries each rule left out, by its id.</param>
public sealed record DiffView(IReadOnlyList<DiffGroup> Groups, IReadOnlyDictionary<string, int> Expected)
{
    private static readonly (string Key, string Title)[] Parts =
    [
        ("host", "Host"), ("memory", "Memory"), ("module", "TDX module"), ("kernel", "TDX in the kernel"), ("layout", "TDMRs, PAMT and reserved areas"), ("platform", "Platform"), ("", "Snapshot"),
    ];

    /// <summary>How many differences are shown.</summary>
    public int Shown => Groups.Sum(group => group.Lines.Count);

    /// <summary>Compares two snapshots.</summary>
    /// <param name="before">The one on the left.</param>
    /// <param name="after">The one on the right.</param>
    /// <param name="areOfTwoHosts">Whether differences between hosts are to be expected.</param>
    /// <param name="off">The ids of rules that are switched off.</param>
    public static DiffView Of(Snapshot before, Snapshot after, bool areOfTwoHosts, ImmutableSortedSet<string> off)
    {
        ArgumentNullException.ThrowIfNull(off);
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        var shown = new Dictionary<string, List<DiffLine>>(StringComparer.Ordinal);
        var hidden = new Dictionary<string, int>(StringComparer.Ordinal);
        var touched = new HashSet<string>(StringComparer.Ordinal);
        var anchors = new AnchorNames();
        foreach (DiffEntry entry in SnapshotDiff.Between(before, after).Entries)
        {
            string part = PartOf(entry.Path);
            touched.Add(MemberOf(entry.Path));
            if (areOfTwoHosts && ExpectedDifferences.RuleOf(entry, off.Contains) is { } rule)
            {
                expected[rule.Id] = expected.GetValueOrDefault(rule.Id) + 1;
                hidden[part] = hidden.GetValueOrDefault(part) + 1;
                continue;
            }

            if (!shown.TryGetValue(part, out List<DiffLine>? lines))
            {
                shown[part] = lines = [];
            }

            lines.Add(new DiffLine(entry, anchors.Of(entry), DiffText.Measure(entry.Detail)));
        }

        ILookup<string, SnapshotReading> readings = SnapshotReadings.Of(after).Where(reading => !touched.Contains(reading.Member)).ToLookup(reading => PartOf(reading.Member));
        return new DiffView(
            [.. Parts.Select(part => new DiffGroup(part.Key, part.Title, shown.GetValueOrDefault(part.Key, []), hidden.GetValueOrDefault(part.Key),
                [.. readings[part.Key].Select(reading => (reading.Title, ReadingText.Of(reading.Reading)))]))],
            expected);
    }

    private static string PartOf(string path)
    {
        string first = path.Split('.', '[')[0];
        return Parts.Any(part => part.Key == first) ? first : "";
    }

    // The layout's own members stand under "layout", where readings have "layout.layout".
    private static string MemberOf(string path)
    {
        string[] steps = path.Split('.', '[', ']');
        return steps switch
        {
            ["layout", "limits", ..] => "layout.limits",
            ["layout", ..] => "layout.layout",
            [var first, var second, ..] => $"{first}.{second}",
            _ => path,
        };
    }
}

/// <summary>Gives every difference a name that links keep.</summary>
internal sealed class AnchorNames
{
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    public string Of(DiffEntry entry)
    {
        string plain = string.Concat(entry.Path.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));
        string name = entry.Aspect == DiffAspect.Value ? plain : $"{plain}-{entry.Aspect.ToString().ToLowerInvariant()}";
        int times = _used[name] = _used.GetValueOrDefault(name) + 1;
        return times == 1 ? $"d-{name}" : $"d-{name}-{times.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
    }
}
