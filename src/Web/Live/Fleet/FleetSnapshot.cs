using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Tdx.Readiness;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Live.Fleet;

/// <summary>The hosts that a query asks for, at one moment.</summary>
/// <param name="Hosts">The hosts, filtered and in order.</param>
/// <param name="Searched">How many hosts meet the search, whatever their state.</param>
/// <param name="ByState">How many of those have each state, by its word; <see cref="StateWords.Silent"/> counts beside the states.</param>
public sealed record FleetSelection(ImmutableArray<FleetHost> Hosts, int Searched, IReadOnlyDictionary<string, int> ByState);

/// <summary>The whole fleet at one moment. It never changes, so pages share it and what was selected from it.</summary>
/// <param name="version">Rises with every other snapshot.</param>
/// <param name="at">The moment.</param>
/// <param name="hosts">Every host by name, then by identity.</param>
public sealed class FleetSnapshot(long version, DateTimeOffset at, ImmutableArray<FleetHost> hosts)
{
    // Each page has one query; beyond this many at once the ones before are worked out again.
    private const int MaxKept = 64;

    private IReadOnlyList<string>? _families;
    private readonly ConcurrentDictionary<string, FleetSelection> _selections = new(StringComparer.Ordinal);

    /// <summary>Rises with every other snapshot.</summary>
    public long Version => version;

    /// <summary>The moment.</summary>
    public DateTimeOffset At => at;

    /// <summary>Every host by name, then by identity.</summary>
    public ImmutableArray<FleetHost> Hosts => hosts;

    /// <summary>The CPU families that there are, in order.</summary>
    public IReadOnlyList<string> Families => _families ??= [.. hosts.Select(host => host.Summary.CpuFamily).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The hosts that a query asks for. Asked for again, the same answer is given without looking.</summary>
    public FleetSelection Select(FleetQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string key = query.Key;
        if (_selections.TryGetValue(key, out FleetSelection? known))
        {
            return known;
        }

        if (_selections.Count >= MaxKept)
        {
            _selections.Clear();
        }

        return _selections.GetOrAdd(key, Work(query));
    }

    private FleetSelection Work(FleetQuery query)
    {
        FleetSearch search = query.Search;
        var states = new HashSet<TdxState>(query.States.Where(StateWords.InUrl.ContainsKey).Select(word => StateWords.InUrl[word]));
        bool isSilentWanted = query.States.Contains(StateWords.Silent);
        int[] counts = new int[Enum.GetValues<TdxState>().Length];
        int searched = 0, silent = 0;
        var wanted = new List<FleetHost>(search.IsAll && query.States.Count == 0 ? hosts.Length : 0);
        foreach (FleetHost host in hosts)
        {
            if (!search.Matches(host, at))
            {
                continue;
            }

            bool isSilent = host.IsSilentAt(at);
            searched++;
            silent += isSilent ? 1 : 0;
            counts[(int)host.Summary.State]++;
            if (query.States.Count == 0 || states.Contains(host.Summary.State) || (isSilentWanted && isSilent))
            {
                wanted.Add(host);
            }
        }

        Dictionary<string, int> byState = StateWords.InUrl.ToDictionary(pair => pair.Key, pair => counts[(int)pair.Value], StringComparer.Ordinal);
        byState[StateWords.Silent] = silent;
        // All of them in their usual order are what is there already: open pages hold on to it.
        ImmutableArray<FleetHost> found = wanted.Count == hosts.Length && FleetOrder.IsByName(query.Sorts) ? hosts : ImmutableArray.Create(FleetOrder.By(query.Sorts, [.. wanted]));
        return new FleetSelection(found, searched, byState);
    }
}
