using TdxDash.Tdx.Reinit;

namespace TdxDash.Web.Live.Reinit;

/// <summary>Where the life of a host's TDX module is.</summary>
/// <param name="HostId">The host.</param>
/// <param name="BootId">The boot that it speaks of.</param>
/// <param name="State">What follows from all that was seen in that boot.</param>
/// <param name="Sequence">The number of the last observation in it.</param>
/// <param name="ReceivedAt">When that one was received, by the dashboard's clock.</param>
/// <param name="SeenAt">When it was seen, by the host's clock: what stages are measured by.</param>
public sealed record HostReinit(string HostId, string BootId, ReinitState State, long Sequence, DateTimeOffset ReceivedAt, DateTimeOffset SeenAt)
{
    /// <summary>Whether the module is being updated.</summary>
    public bool IsUpdating => State.Update is { Outcome: RunOutcome.Running };

    /// <summary>How far the host's clock is behind the dashboard's: the least time from seeing to receiving in this boot, since every other one
    /// holds a delay too, and what waited in a journal a long one.</summary>
    public TimeSpan Behind { get; init; } = ReceivedAt - SeenAt;

    /// <summary>The host's clock now, as far as its observations tell: for the elapsed time of a stage that goes on.</summary>
    /// <param name="now">The dashboard's clock.</param>
    public DateTimeOffset HostNow(DateTimeOffset now) => now - Behind is var hostNow && hostNow > SeenAt ? hostNow : SeenAt;

    /// <summary>A time of the host by the dashboard's clock, as far as its observations tell how the two differ.</summary>
    /// <param name="hostTime">The host's clock.</param>
    public DateTimeOffset ByDashboard(DateTimeOffset hostTime) => hostTime + Behind;
}

/// <summary>One observation, as an event log shows it.</summary>
/// <param name="Revision">The store's number for it; rises over all hosts.</param>
/// <param name="HostId">The host.</param>
/// <param name="BootId">The boot.</param>
/// <param name="Sequence">The probe's number.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Seen">The observation.</param>
public sealed record ReinitEvent(long Revision, string HostId, string BootId, long Sequence, DateTimeOffset ReceivedAt, ReinitObservation Seen);

/// <summary>An observation that has just been stored.</summary>
/// <param name="Event">The observation.</param>
/// <param name="After">Its host's state with it.</param>
public sealed record ReinitNews(ReinitEvent Event, ReinitState After);

/// <summary>Initialisations and updates of every host's module, in memory, and the feed of what is seen of them.</summary>
public interface IReinitView
{
    /// <summary>Every host of which anything was seen, in no order.</summary>
    IReadOnlyCollection<HostReinit> Hosts { get; }

    /// <summary>The hosts whose module is being updated, in no order.</summary>
    IReadOnlyCollection<string> Updating { get; }

    /// <summary>One host; null where nothing was seen.</summary>
    HostReinit? Find(string hostId);

    /// <summary>The newest observations of a host, newest first, from the store.</summary>
    Task<IReadOnlyList<ReinitEvent>> EventsAsync(string hostId, int most, CancellationToken cancellation);

    /// <summary>The newest observations of all hosts, newest first, from the store.</summary>
    Task<IReadOnlyList<ReinitEvent>> RecentAsync(int most, CancellationToken cancellation);

    /// <summary>Calls back with what was stored, in the order of revisions, none twice and none left out; never for long. Disposing ends it.</summary>
    IDisposable Follow(Action<IReadOnlyList<ReinitNews>> onNews);

    /// <summary>Calls back after every change, with the host that changed; on any thread, never for long. Disposing ends it.
    /// Subscribe first and load second, so that nothing falls between.</summary>
    IDisposable Subscribe(Action<HostReinit> onChange);
}

/// <summary>Asks probes of demo machines to re-initialise their emulated modules.</summary>
public interface IReinitRequests
{
    /// <summary>Asks.</summary>
    /// <param name="hostId">A demo host.</param>
    /// <param name="profile">The shipped profile to update to.</param>
    /// <param name="fault">What goes wrong: <c>busy</c>, <c>refused</c>, <c>entropy</c> or <c>after-shutdown</c>; empty for nothing.</param>
    /// <param name="cancellation">Ends the waiting, not what was begun.</param>
    /// <returns>Null once the probe has begun, else why not and what to do.</returns>
    Task<string?> AskAsync(string hostId, string profile, string fault, CancellationToken cancellation);
}
