using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>The board's log: what came in, and which lines of it are listed.</summary>
/// <param name="time">The clock.</param>
internal sealed class BoardLog(TimeProvider time)
{
    private const int MostLines = 100;

    // More lines than anybody reads in a quarter of a second.
    private const int Flood = 20;
    private static readonly TimeSpan FloodInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<ReinitEvent> _received = new();
    private readonly SeenLog _seen = new();
    private int _unlisted;
    private int _listedHosts;
    private long? _listedAt;

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<ReinitEvent> Lines { get; private set; } = [];

    /// <summary>Whether there is more than the lines were made of.</summary>
    public bool HasUnlisted => _unlisted > 0;

    /// <summary>Takes what was just stored; safe on any thread.</summary>
    public void Receive(IReadOnlyList<ReinitNews> news)
    {
        foreach (ReinitNews seen in news)
        {
            _received.Enqueue(seen.Event);
        }

        while (_received.Count > SeenLog.Most && _received.TryDequeue(out _))
        {
            // The log holds no more either; the board is made of states, which none of these is needed for.
        }
    }

    /// <summary>Adds what was received, for the next list.</summary>
    public void TakeReceived()
    {
        List<ReinitEvent> taken = [];
        while (_received.TryDequeue(out ReinitEvent? seen))
        {
            taken.Add(seen);
        }

        _seen.Add(taken);
        _unlisted += taken.Count;
    }

    /// <summary>Adds older observations, which the next list has in any case.</summary>
    public void Add(IReadOnlyList<ReinitEvent> events)
    {
        _seen.Add(events);
        _unlisted += events.Count;
        Forget();
    }

    /// <summary>Has the lines listed anew in any case.</summary>
    public void Forget() => _listedAt = null;

    /// <summary>Lists the newest lines, where there is anything new. They take longer to draw than the board, which would wait for them: in a flood they are listed once a second.</summary>
    /// <param name="hosts">The board's hosts.</param>
    /// <param name="test">What is listed.</param>
    public void List(ImmutableArray<FleetHost> hosts, Func<ReinitEvent, bool> test)
    {
        int hash = HashOf(hosts);
        bool isSame = _unlisted == 0 && _listedHosts == hash;
        if (_listedAt is { } at && (isSame || (_unlisted > Flood && time.GetElapsedTime(at) < FloodInterval)))
        {
            return;
        }

        Lines = _seen.Newest(test, MostLines);
        (_unlisted, _listedHosts, _listedAt) = (0, hash, time.GetTimestamp());
    }

    private static int HashOf(ImmutableArray<FleetHost> hosts)
    {
        var hash = default(HashCode);
        foreach (FleetHost host in hosts)
        {
            hash.Add(host.Id, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
