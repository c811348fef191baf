using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>The rows of the fleet's table: those that are wanted, or, while somebody points at them, those that were, with a count of what waits.</summary>
public sealed class HeldRows
{
    /// <summary>How old the ages may be that stand there.</summary>
    public static readonly TimeSpan AgesAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, byte> _changed = new(StringComparer.Ordinal);
    private ImmutableArray<FleetHost> _drawn = [];
    private DateTimeOffset _drawnAt;
    private volatile bool _isHeld;

    /// <summary>The rows, in order; their values may be older than those of the hosts now.</summary>
    public ImmutableArray<FleetHost> Hosts { get; private set; } = [];

    /// <summary>How many changes wait for the rows to be let go; at least 1 when any does.</summary>
    public int Pending { get; private set; }

    /// <summary>Whether no row may move, come or go.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>A host changed; safe on any thread.</summary>
    public void Note(string hostId)
    {
        if (_isHeld)
        {
            _changed[hostId] = 0;
        }
    }

    /// <summary>Takes rows in unless they are held and would move: hosts that changed and stayed where they are do not.</summary>
    /// <param name="wanted">The rows as they would be now.</param>
    /// <param name="isOther">Whether somebody asked for others, which never waits.</param>
    public void Offer(ImmutableArray<FleetHost> wanted, bool isOther)
    {
        if (!_isHeld || isOther || Hosts.IsEmpty || Hosts.AsSpan().SequenceEqual(wanted.AsSpan()))
        {
            Take(wanted);
        }
        else
        {
            Pending = Math.Max(1, _changed.Count);
        }
    }

    /// <summary>Takes rows in, whoever points at them.</summary>
    public void Take(ImmutableArray<FleetHost> wanted)
    {
        (Hosts, Pending) = (wanted, 0);
        _changed.Clear();
    }

    /// <summary>Whether rows already stand there as they are, so that nothing has to be drawn; otherwise they count as drawn from now on. Ages are written anew
    /// after <see cref="AgesAfter"/>.</summary>
    /// <param name="inSight">The rows in sight with the values of now.</param>
    /// <param name="now">The time.</param>
    public bool IsDrawn(IEnumerable<FleetHost> inSight, DateTimeOffset now)
    {
        ImmutableArray<FleetHost> rows = [.. inSight];
        bool isDrawn = rows.Length == _drawn.Length && now - _drawnAt < AgesAfter;
        for (int i = 0; isDrawn && i < rows.Length; i++)
        {
            isDrawn = rows[i].Equals(_drawn[i]) && rows[i].LooksLike(_drawn[i]);
        }

        (_drawn, _drawnAt) = isDrawn ? (_drawn, _drawnAt) : (rows, now);
        return isDrawn;
    }
}
