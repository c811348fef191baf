using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Security.Visible;

/// <summary>The histories of the hosts that the viewer may see.</summary>
internal sealed class VisibleHostHistory(HostHistory history, IViewer viewer) : IHostHistory
{
    // So many times so many lines are read for one page of what somebody may see.
    private const int MostReads = 20;

    private static readonly HostTimeline Nothing = new([], true, [], []);

    /// <inheritdoc/>
    public async Task<HistorySpan?> SpanAsync(string hostId, DateTimeOffset? at, CancellationToken cancellation) => Sees(hostId) ? await history.SpanAsync(hostId, at, cancellation) : null;

    /// <inheritdoc/>
    public async Task<HostTimeline> TimelineAsync(string hostId, TimeWindow window, int mostMarks, CancellationToken cancellation) =>
        Sees(hostId) ? await history.TimelineAsync(hostId, window, mostMarks, cancellation) : Nothing;

    /// <inheritdoc/>
    public async Task<HistoryPage> EntriesAsync(HistoryFilter filter, HistoryCursor? from, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (viewer.Rights.SeesAll)
        {
            return await history.EntriesAsync(filter, from, limit, cancellation);
        }

        if (filter.HostId is { } one)
        {
            return Sees(one) ? await history.EntriesAsync(filter, from, limit, cancellation) : new HistoryPage([], null);
        }

        return await SeenAsync(filter, from, limit, cancellation);
    }

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> InForceAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) => Sees(hostId) ? await history.InForceAsync(hostId, at, cancellation) : null;

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> FindAsync(string hostId, long revision, CancellationToken cancellation) => Sees(hostId) ? await history.FindAsync(hostId, revision, cancellation) : null;

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> FindAsync(string hostId, SnapshotHash hash, CancellationToken cancellation) => Sees(hostId) ? await history.FindAsync(hostId, hash, cancellation) : null;

    /// <inheritdoc/>
    public Task<bool> WasRemovedAsync(long revision, CancellationToken cancellation) => history.WasRemovedAsync(revision, cancellation);

    // Lines of others are passed over. Who sees few hosts of a large fleet gets a shorter page rather than a long wait, and goes on from where it ended.
    private async Task<HistoryPage> SeenAsync(HistoryFilter filter, HistoryCursor? from, int limit, CancellationToken cancellation)
    {
        var seen = new List<HistoryEntry>();
        HistoryCursor? next = from;
        for (int i = 0; i < MostReads; i++)
        {
            HistoryPage page = await history.EntriesAsync(filter, next, HostHistory.MaxEntries, cancellation);
            foreach (HistoryEntry entry in page.Entries.Where(IsSeen))
            {
                if (seen.Count == limit)
                {
                    return new HistoryPage(seen, new HistoryCursor(UnixTime.ToMicroseconds(entry.Snapshot.ReceivedAt), entry.Snapshot.Revision));
                }

                seen.Add(entry);
            }

            next = page.Next;
            if (next is null)
            {
                break;
            }
        }

        return new HistoryPage(seen, next);
    }

    private bool Sees(string hostId) => viewer.May(Role.Viewer, hostId);

    private bool IsSeen(HistoryEntry entry) => Sees(entry.Snapshot.HostId);
}

/// <summary>The fleet as it was, as far as the viewer may see it: by the groups of now, as groups are not kept over time. Counts over the whole fleet are
/// given to who may see the whole fleet.</summary>
internal sealed class VisibleFleetHistory(FleetHistory history, IViewer viewer) : IFleetHistory
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<HostEntry>> AsOfAsync(DateTimeOffset at, CancellationToken cancellation)
    {
        IReadOnlyList<HostEntry> all = await history.AsOfAsync(at, cancellation);
        return viewer.Rights.SeesAll ? all : [.. all.Where(entry => viewer.May(Role.Viewer, entry.HostId))];
    }

    /// <inheritdoc/>
    public async Task<HostEntry?> HostAsOfAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) =>
        viewer.May(Role.Viewer, hostId) ? await history.HostAsOfAsync(hostId, at, cancellation) : null;

    /// <inheritdoc/>
    public Task<HistorySpan?> SpanAsync(DateTimeOffset? at, CancellationToken cancellation) => history.SpanAsync(at, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ActivityPiece>> ActivityAsync(HistoryFilter filter, int pieces, CancellationToken cancellation) =>
        viewer.Rights.SeesAll ? await history.ActivityAsync(filter, pieces, cancellation) : [];

    /// <inheritdoc/>
    public async Task<VersionsOverTime> VersionsAsync(TimeWindow window, int moments, CancellationToken cancellation) =>
        viewer.Rights.SeesAll ? await history.VersionsAsync(window, moments, cancellation) : new VersionsOverTime([], []);

    /// <inheritdoc/>
    public async Task<SilencesOverTime> SilencesAsync(TimeWindow window, int moments, CancellationToken cancellation) =>
        viewer.Rights.SeesAll ? await history.SilencesAsync(window, moments, cancellation) : new SilencesOverTime([], []);
}
