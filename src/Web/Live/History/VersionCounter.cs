namespace TdxDash.Web.Live.History;

/// <summary>Counts hosts by module version while it walks through time.</summary>
/// <param name="moments">At how many moments the counts are noted.</param>
internal sealed class VersionCounter(int moments)
{
    // A dictionary takes no null as a key; no version is written so.
    private const string Unknown = "";

    private readonly Dictionary<long, string> _versions = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _notes = new(StringComparer.Ordinal);

    /// <summary>The versions with their counts at each moment, most hosts at the end first.</summary>
    public IReadOnlyList<VersionSeries> Series => [.. _notes
        .Select(pair => new VersionSeries(pair.Key == Unknown ? null : pair.Key, pair.Value))
        .OrderByDescending(series => series.Hosts[^1]).ThenBy(series => series.Version, StringComparer.Ordinal)];

    /// <summary>A host runs a version from now on; null when none is known.</summary>
    public void Set(long host, string? version)
    {
        string now = version ?? Unknown;
        if (_versions.TryGetValue(host, out string? before) && --_counts[before] == 0)
        {
            _counts.Remove(before);
        }

        _versions[host] = now;
        _counts[now] = _counts.GetValueOrDefault(now) + 1;
    }

    /// <summary>Notes the counts of a moment.</summary>
    public void Note(int moment)
    {
        foreach ((string version, int count) in _counts)
        {
            if (!_notes.TryGetValue(version, out int[]? notes))
            {
                _notes[version] = notes = new int[moments];
            }

            notes[moment] = count;
        }
    }
}
