using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Wire;

namespace TdxDash.Web.Live.History;

/// <summary>The histories of hosts, from the store.</summary>
internal sealed class HostHistory(StoreEngine store, HistoryReader reader, DigestSource digests, IFleetView fleet, TimeProvider time) : IHostHistory
{
    /// <summary>The most states that a time line draws.</summary>
    public const int MaxStates = 2_000;

    private const int MaxAbsences = 1_000;
    /// <summary>The most lines that are read at once.</summary>
    public const int MaxEntries = 500;

    // All that a band, a boundary or a curve is drawn of.
    private const ChangeKinds Drawn = ChangeKinds.First | ChangeKinds.Boot | ChangeKinds.State | ChangeKinds.Attributes | ChangeKinds.Figures | ChangeKinds.Unreadable;

    /// <inheritdoc/>
    public Task<HistorySpan?> SpanAsync(string hostId, DateTimeOffset? at, CancellationToken cancellation) =>
        Task.Run(() => Rows.Span(reader.Span(hostId, at is { } moment ? UnixTime.ToMicroseconds(moment) : null)), cancellation);

    /// <inheritdoc/>
    public Task<HostTimeline> TimelineAsync(string hostId, TimeWindow window, int mostMarks, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostMarks, 1);
        return Task.Run(() => Timeline(hostId, window, mostMarks, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<HistoryPage> EntriesAsync(HistoryFilter filter, HistoryCursor? from, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxEntries);
        return Task.Run(() => Entries(filter, from, limit), cancellation);
    }

    /// <inheritdoc/>
    public Task<StoredSnapshot?> InForceAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) => Task.Run(
        () => reader.InForce(hostId, UnixTime.ToMicroseconds(at)) is { } row ? Rows.Snapshot(row) : null, cancellation);

    /// <inheritdoc/>
    public Task<StoredSnapshot?> FindAsync(string hostId, long revision, CancellationToken cancellation) => Task.Run(
        () => reader.Find(hostId, revision) is { } row ? Rows.Snapshot(row) : null, cancellation);

    /// <inheritdoc/>
    public Task<StoredSnapshot?> FindAsync(string hostId, SnapshotHash hash, CancellationToken cancellation) => Task.Run(
        () => reader.Find(hostId, hash.ToString()) is { } row ? Rows.Snapshot(row) : null, cancellation);

    /// <inheritdoc/>
    public Task<bool> WasRemovedAsync(long revision, CancellationToken cancellation) => Task.Run(() => reader.WasRemoved(revision), cancellation);

    private HistoryPage Entries(HistoryFilter filter, HistoryCursor? from, int limit)
    {
        // One more tells whether there is a next page, and where it begins.
        var query = new EntriesQuery(filter.HostId, UnixTime.ToMicroseconds(filter.Window.From), UnixTime.ToMicroseconds(filter.Window.To), (int)filter.Kinds, filter.Text,
            from is { } place ? (place.ReceivedAt, place.Revision) : null, limit + 1);
        IReadOnlyList<ChangeRow> rows = query.Run(store);
        return new HistoryPage([.. rows.Take(limit).Select(Rows.Entry)], rows.Count > limit ? new HistoryCursor(rows[limit].ReceivedAt, rows[limit].Revision) : null);
    }

    private HostTimeline Timeline(string hostId, TimeWindow window, int mostMarks, CancellationToken cancellation)
    {
        long from = UnixTime.ToMicroseconds(window.From), to = UnixTime.ToMicroseconds(window.To);
        IReadOnlyList<DigestRow> rows = reader.States(hostId, from, to, (int)Drawn, MaxStates + 1);
        var states = new List<PastState>(rows.Count);
        foreach (DigestRow row in rows.Take(MaxStates))
        {
            cancellation.ThrowIfCancellationRequested();
            if (digests.Digest(row.Digest, row.Hash) is { } digest)
            {
                states.Add(new PastState(Rows.Snapshot(row), digest));
            }
        }

        var marks = new MarkGatherer(from, to, mostMarks);
        reader.ForEachMark(hostId, from, to, marks.Take);
        return new HostTimeline(states, rows.Count <= MaxStates, marks.Marks, AbsencesOf(hostId, window));
    }

    private List<Absence> AbsencesOf(string hostId, TimeWindow window)
    {
        (IReadOnlyList<(long From, long To)> silences, IReadOnlyList<(long From, long To)> pauses) =
            reader.Absences(hostId, UnixTime.ToMicroseconds(window.From), UnixTime.ToMicroseconds(window.To), MaxAbsences);
        List<Absence> absences = AbsencePieces.Of(silences, pauses);
        DateTimeOffset now = time.GetUtcNow();
        if (fleet.Find(hostId) is { } entry && entry.IsSilentAt(now) && entry.LastSeen < window.To)
        {
            absences.Add(new Absence(entry.LastSeen, null, AbsenceCause.Silent));
        }

        return absences;
    }
}
