using System.Collections.Immutable;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>Where a host stands on the live board. In the order in which they are listed.</summary>
public enum BoardPhase
{
    /// <summary>Its module is being updated or initialised.</summary>
    Updating,

    /// <summary>That failed.</summary>
    Failed,

    /// <summary>Nothing has begun since the board's start.</summary>
    Waiting,

    /// <summary>The update ended, and the module answers.</summary>
    Done,
}

/// <summary>One host on the board.</summary>
/// <param name="Host">The host.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Run">The run that says so; null while it waits.</param>
/// <param name="Reinit">What is known of its module's life; null where nothing is.</param>
public sealed record BoardRow(FleetHost Host, BoardPhase Phase, ReinitRun? Run, HostReinit? Reinit)
{
    /// <summary>Whether it is a demo host, whose emulated module can be re-initialised.</summary>
    public bool IsDemo => Host.Summary.Origin == Origin.Demo;

    /// <summary>The moment, by the dashboard's clock, up to which anything is known of it: now, or when it was last heard of where it is silent.</summary>
    /// <param name="now">The dashboard's clock.</param>
    public DateTimeOffset KnownUntil(DateTimeOffset now) => Host.IsSilentAt(now) ? Host.Entry.LastSeen : now;
}

/// <summary>The hosts of a selection by where they stand, at one moment.</summary>
/// <param name="Rows">The hosts: by phase, then by name.</param>
/// <param name="Counts">How many are in each phase.</param>
public sealed record Board(ImmutableArray<BoardRow> Rows, ImmutableDictionary<BoardPhase, int> Counts)
{
    /// <summary>A board without hosts.</summary>
    public static Board Empty { get; } = Of([], _ => null, default);

    /// <summary>Makes it.</summary>
    /// <param name="hosts">The hosts, by name.</param>
    /// <param name="find">What is known of a host's module.</param>
    /// <param name="since">Runs that began before this do not count, by the dashboard's clock.</param>
    public static Board Of(IEnumerable<FleetHost> hosts, Func<string, HostReinit?> find, DateTimeOffset since)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(find);
        ImmutableArray<BoardRow> rows = [.. hosts.Select(host => Of(host, find(host.Id), since)).OrderBy(row => row.Phase)];
        return new Board(rows, Enum.GetValues<BoardPhase>().ToImmutableDictionary(phase => phase, phase => rows.Count(row => row.Phase == phase)));
    }

    /// <summary>One host's row.</summary>
    public static BoardRow Of(FleetHost host, HostReinit? known, DateTimeOffset since)
    {
        if (known is null)
        {
            return new BoardRow(host, BoardPhase.Waiting, null, null);
        }

        if (known.State.Update is { } update && Begun(known, update, since))
        {
            return new BoardRow(host, PhaseOf(update), update, known);
        }

        // A boot that ended well is no update: the host still waits for one.
        return known.State is { Update: null, Boot: { Outcome: RunOutcome.Running or RunOutcome.Failed } boot } && Begun(known, boot, since)
            ? new BoardRow(host, PhaseOf(boot), boot, known)
            : new BoardRow(host, BoardPhase.Waiting, null, known);
    }

    private static bool Begun(HostReinit known, ReinitRun run, DateTimeOffset since) =>
        (run.Outcome == RunOutcome.Running && run.Kind == RunKind.Update) || known.ByDashboard(run.Start) >= since;

    private static BoardPhase PhaseOf(ReinitRun run) => run.Outcome switch
    {
        RunOutcome.Running => BoardPhase.Updating,
        RunOutcome.Failed => BoardPhase.Failed,
        _ => BoardPhase.Done,
    };
}
