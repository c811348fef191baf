using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.History;

/// <summary>The fleet as it was.</summary>
public interface IFleetHistory
{
    /// <summary>Every host that had reported by a time, as the dashboard knew it then, in no order. <see cref="HostEntry.LastSeen"/> is as it was
    /// then too; <see cref="HostEntry.ProbeVersion"/> is empty, as it is not kept.</summary>
    Task<IReadOnlyList<HostEntry>> AsOfAsync(DateTimeOffset at, CancellationToken cancellation);

    /// <summary>One host as <see cref="AsOfAsync"/> gives it; null when it had not reported by then.</summary>
    Task<HostEntry?> HostAsOfAsync(string hostId, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>How far the fleet's history reaches; null while there is none.</summary>
    /// <param name="at">As of this time; null for now.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<HistorySpan?> SpanAsync(DateTimeOffset? at, CancellationToken cancellation);

    /// <summary>How many changes of the fleet there were in each of some equal pieces of a window, ascending.</summary>
    /// <param name="filter">Which changes; its host is not looked at.</param>
    /// <param name="pieces">How many pieces, at least 1.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<IReadOnlyList<ActivityPiece>> ActivityAsync(HistoryFilter filter, int pieces, CancellationToken cancellation);

    /// <summary>How many hosts ran which module version, at evenly spread moments of a window, its two ends included.</summary>
    /// <param name="window">The window.</param>
    /// <param name="moments">How many moments, at least 2.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<VersionsOverTime> VersionsAsync(TimeWindow window, int moments, CancellationToken cancellation);

    /// <summary>How many hosts were silent at evenly spread moments of a window, its two ends included.</summary>
    /// <param name="window">The window.</param>
    /// <param name="moments">How many moments, at least 2.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<SilencesOverTime> SilencesAsync(TimeWindow window, int moments, CancellationToken cancellation);
}

/// <summary>The histories of hosts.</summary>
public interface IHostHistory
{
    /// <summary>How far a host's history reaches; null for a host that is not known, or had not reported yet.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="at">As of this time; null for now.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<HistorySpan?> SpanAsync(string hostId, DateTimeOffset? at, CancellationToken cancellation);

    /// <summary>What a host's time line draws of a window, with its changes in at most so many marks.</summary>
    Task<HostTimeline> TimelineAsync(string hostId, TimeWindow window, int mostMarks, CancellationToken cancellation);

    /// <summary>Lines of a history, latest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="from">Where to begin; null for the latest.</param>
    /// <param name="limit">The most lines, 1 to 500.</param>
    /// <param name="cancellation">Ends the work.</param>
    Task<HistoryPage> EntriesAsync(HistoryFilter filter, HistoryCursor? from, int limit, CancellationToken cancellation);

    /// <summary>The snapshot of a host that was its latest at a time; null when it had none.</summary>
    Task<StoredSnapshot?> InForceAsync(string hostId, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>A snapshot of a host by its revision; null when there is none.</summary>
    Task<StoredSnapshot?> FindAsync(string hostId, long revision, CancellationToken cancellation);

    /// <summary>The latest snapshot of a host with a hash; null when it has none.</summary>
    Task<StoredSnapshot?> FindAsync(string hostId, SnapshotHash hash, CancellationToken cancellation);

    /// <summary>Whether there was a snapshot with a revision, of whichever host, that retention removed.</summary>
    Task<bool> WasRemovedAsync(long revision, CancellationToken cancellation);
}

/// <summary>Tells of changes to histories that no new snapshot announces: comparisons that were made, and annotations.</summary>
public interface IHistoryFeed
{
    /// <summary>Calls back with the hosts whose history shows more now, or with an empty list when the whole fleet's may; on any thread, never for long.
    /// Disposing ends it.</summary>
    IDisposable Subscribe(Action<IReadOnlyCollection<string>> onChange);
}
