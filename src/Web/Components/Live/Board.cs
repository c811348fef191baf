using System.Collections.Immutable;
using TdxDash.Tdx.Reinit;
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
    public bool IsDemo => Host.IsDemo;

    /// <summary>The moment, by the dashboard's clock, up to which anything is known of it: now, or when it was last heard of where it is silent.</summary>
    /// <param name="now">The dashboard's clock.</param>
    public DateTimeOffset KnownUntil(DateTimeOffset now) => Host.IsSilentAt(now) ? Host.Entry.LastSeen : now;
}

/// <summary>The hosts of a selection by where they stand, at one moment. An open page holds it: of hosts that wait, which are most, there is nothing in it but the hosts that all pages share.</summary>
public sealed class Board
{
    private readonly Dictionary<string, BoardRow> _begun;
    private readonly Func<string, HostReinit?> _find;

    private Board(ImmutableArray<FleetHost> hosts, Dictionary<string, BoardRow> begun, Func<string, HostReinit?> find)
    {
        (_begun, _find) = (begun, find);
        Counts = Enum.GetValues<BoardPhase>().ToImmutableDictionary(phase => phase, phase => begun.Values.Count(row => row.Phase == phase) + (phase == BoardPhase.Waiting ? hosts.Length - begun.Count : 0));
        Hosts = begun.Count == 0 ? hosts : ImmutableArray.CreateRange(hosts.OrderBy(PhaseOf));
    }

    /// <summary>A board without hosts.</summary>
    public static Board Empty { get; } = Of([], _ => null, default);

    /// <summary>The hosts: by phase, then by name.</summary>
    public ImmutableArray<FleetHost> Hosts { get; }

    /// <summary>How many are in each phase.</summary>
    public ImmutableDictionary<BoardPhase, int> Counts { get; }

    /// <summary>Makes it.</summary>
    /// <param name="hosts">The hosts, by name.</param>
    /// <param name="find">What is known of a host's module.</param>
    /// <param name="since">Runs that began before this do not count, by the dashboard's clock.</param>
    public static Board Of(ImmutableArray<FleetHost> hosts, Func<string, HostReinit?> find, DateTimeOffset since)
    {
        ArgumentNullException.ThrowIfNull(find);
        var begun = new Dictionary<string, BoardRow>(StringComparer.Ordinal);
        foreach (FleetHost host in hosts)
        {
            if (find(host.Id) is { } known && Of(host, known, since) is { Run: not null } row)
            {
                begun[host.Id] = row;
            }
        }

        return new Board(hosts, begun, find);
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

    /// <summary>The row of one of its hosts.</summary>
    public BoardRow RowOf(FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _begun.TryGetValue(host.Id, out BoardRow? row) ? row : new BoardRow(host, BoardPhase.Waiting, null, _find(host.Id));
    }

    /// <summary>How far a host has come since, where nothing else in its row has changed.</summary>
    /// <returns>Null where its row is not one that goes on, or has to be drawn anew.</returns>
    internal BoardStep? StepOf(HostReinit now)
    {
        ArgumentNullException.ThrowIfNull(now);
        if (!_begun.TryGetValue(now.HostId, out BoardRow? row) || row is not { Phase: BoardPhase.Updating, Reinit: { } then, Run: { } shown } || then.BootId != now.BootId || then.Sequence >= now.Sequence)
        {
            return null;
        }

        // What the row advises beside the stage follows from whether the kernel shows anything.
        return (now.State.Update ?? now.State.Boot) is { Outcome: RunOutcome.Running } run && (run.Kind, run.Start, run.Current?.IsDark) == (shown.Kind, shown.Start, shown.Current?.IsDark)
            ? new BoardStep(now.HostId, now.Sequence, MiniStepper.TextOf(run), string.Join(' ', run.Stages.Select(MiniStepper.ClassOf)))
            : null;
    }

    /// <summary>Where one of its hosts stands.</summary>
    public BoardPhase PhaseOf(FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return PhaseOf(host.Id);
    }

    /// <summary>The hosts whose run ended since an earlier board that they were on.</summary>
    public IReadOnlyList<BoardRow> EndedSince(Board before)
    {
        ArgumentNullException.ThrowIfNull(before);
        BoardRow[] ended = [.. _begun.Values.Where(row => row.Phase is BoardPhase.Done or BoardPhase.Failed && before.PhaseOf(row.Host.Id) != row.Phase)];
        if (ended.Length == 0)
        {
            return [];
        }

        var known = before.Hosts.Select(host => host.Id).ToHashSet(StringComparer.Ordinal);
        return [.. ended.Where(row => known.Contains(row.Host.Id))];
    }

    private BoardPhase PhaseOf(string hostId) => _begun.TryGetValue(hostId, out BoardRow? row) ? row.Phase : BoardPhase.Waiting;

    private static bool Begun(HostReinit known, ReinitRun run, DateTimeOffset since) =>
        (run.Outcome == RunOutcome.Running && run.Kind == RunKind.Update) || known.ByDashboard(run.Start) >= since;

    private static BoardPhase PhaseOf(ReinitRun run) => run.Outcome switch
    {
        RunOutcome.Running => BoardPhase.Updating,
        RunOutcome.Failed => BoardPhase.Failed,
        _ => BoardPhase.Done,
    };
}
