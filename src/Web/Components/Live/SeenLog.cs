using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>The newest observations that a page holds, in the order of the store's numbers, each once.</summary>
public sealed class SeenLog
{
    /// <summary>The most that are held; older ones go.</summary>
    public const int Most = 2_000;

    private readonly SortedDictionary<long, ReinitEvent> _events = [];

    /// <summary>Adds observations in any order.</summary>
    public void Add(IEnumerable<ReinitEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        foreach (ReinitEvent seen in events)
        {
            _events[seen.Revision] = seen;
        }

        if (_events.Count > Most)
        {
            foreach (long old in _events.Keys.Take(_events.Count - Most).ToArray())
            {
                _events.Remove(old);
            }
        }
    }

    /// <summary>The newest that a test lets through, oldest first.</summary>
    public IReadOnlyList<ReinitEvent> Newest(Func<ReinitEvent, bool> test, int most)
    {
        List<ReinitEvent> found = [.. _events.Values.Reverse().Where(test).Take(most)];
        found.Reverse();
        return found;
    }
}
