using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Search;

/// <summary>A field that a search can name.</summary>
/// <param name="Name">The name in front of the colon.</param>
/// <param name="About">What it looks at, for the help.</param>
/// <param name="Example">A token that has it.</param>
/// <param name="Words">The values to choose from; empty where there is no fixed choice.</param>
/// <param name="Make">Makes the test of a value, or says why it is none and what to do.</param>
public sealed record SearchField(string Name, string About, string Example, IReadOnlyList<string> Words, Func<Compared, string, (HostTest? Test, string? Problem)> Make);

/// <summary>The fields of a search.</summary>
public static class SearchFields
{
    private static readonly Dictionary<string, ProbeTier> Tiers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["files"] = ProbeTier.Files,
        ["root"] = ProbeTier.RootFiles,
        ["module"] = ProbeTier.Module,
    };

    private static readonly Dictionary<string, Origin> Origins = new(StringComparer.OrdinalIgnoreCase)
    {
        ["live"] = Origin.Live,
        ["file"] = Origin.File,
        ["demo"] = Origin.Demo,
    };

    /// <summary>All fields, in the order of the help.</summary>
    public static IReadOnlyList<SearchField> All { get; } =
    [
        new("host", "name or identity has the text", "host:rack1", [], TextTests.Has(host => host.Summary.Name, host => host.Id)),
        new("state", "state of TDX", "state:failed,atrisk", [.. StateWords.InUrl.Keys, StateWords.Silent], State),
        new("family", "CPU family", "family:GNR", [], TextTests.Is(host => host.Summary.CpuFamily)),
        new("version", "TDX module version", "version:<2.0.14", [], VersionTests.Make),
        new("behind", "known newer module releases for the CPU family", "behind:>0", [], NumberTests.Count(host => host.Figures.Newer.TryGet(out var newer) ? newer.Count : null)),
        new("memory", "usable memory", "memory:>=1TiB", [], NumberTests.Size(host => Bytes(host.Summary.Memory))),
        new("pamt", "PAMT as a size or as a share of memory", "pamt:>1%", [], NumberTests.SizeOrShare(host => Bytes(host.Summary.Pamt), host => host.Figures.PamtShare)),
        new("reserved", "reserved areas of the fullest TDMR as a number or as a share of the limit", "reserved:>75%", [],
            NumberTests.CountOrShare(host => Count(host.Summary.PeakReserved), host => host.Figures.ReservedShare)),
        new("tdmrs", "TDMRs as a number or as a share of the limit", "tdmrs:>32", [], NumberTests.CountOrShare(host => Count(host.Summary.Tdmrs), host => host.Figures.TdmrShare)),
        new("keys", "private KeyIDs that no guest holds", "keys:<4", [], NumberTests.Count(host => host.Figures.KeysFree.TryGet(out long free) ? free : null)),
        new("seen", "time since the dashboard heard of it", "seen:>1h", [], NumberTests.Age),
        new("group", "group; none for hosts without one", "group:site-b", [], TextTests.Is(host => host.Labels.Group?.ToString() ?? "none")),
        new("tag", "tag", "tag:canary", [], TextTests.HasTag),
        new("kernel", "kernel release begins with the text", "kernel:6.16", [], TextTests.Begins(host => host.Summary.KernelRelease.Or(null))),
        new("tier", "how deep the probe could read", "tier:module", [.. Tiers.Keys], TextTests.OneOf(Tiers, host => host.Summary.Tier.TryGet(out ProbeTier tier) ? tier : null)),
        new("origin", "kind of machine", "origin:live", [.. Origins.Keys], TextTests.OneOf(Origins, host => host.Summary.Origin)),
    ];

    /// <summary>The field of a name in lower case, or null.</summary>
    public static SearchField? Find(string name) => All.FirstOrDefault(field => field.Name == name);

    /// <summary>The field whose name is closest to a mistyped one; null when none is close.</summary>
    public static string? Nearest(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 16)
        {
            return null;
        }

        (string field, int distance) = All.Select(field => (field.Name, Distance(name, field.Name))).MinBy(pair => pair.Item2);
        return distance <= Math.Max(1, name.Length / 3) ? field : null;
    }

    private static (HostTest? Test, string? Problem) State(Compared compared, string value)
    {
        var states = new HashSet<TdxState>();
        bool isSilent = false;
        foreach (string word in value.Split(','))
        {
            if (word.Equals(StateWords.Silent, StringComparison.OrdinalIgnoreCase))
            {
                isSilent = true;
            }
            else if (StateWords.InUrl.TryGetValue(word, out TdxState state))
            {
                states.Add(state);
            }
            else
            {
                return (null, $"'{word}' is no state. Use {string.Join(", ", StateWords.InUrl.Keys)} or {StateWords.Silent}.");
            }
        }

        return compared == Compared.Is
            ? ((host, now) => states.Contains(host.Summary.State) || (isSilent && host.IsSilentAt(now)), null)
            : (null, "states have no order. Leave the sign out.");
    }

    private static double? Bytes(Reading<ByteSize> size) => size.TryGet(out ByteSize bytes) ? bytes.Bytes : null;

    private static double? Count(Reading<int> count) => count.TryGet(out int known) ? known : null;

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
