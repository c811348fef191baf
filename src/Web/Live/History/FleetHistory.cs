using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Live.History;

/// <summary>The fleet as it was, from the store.</summary>
internal sealed class FleetHistory(FleetPastReader reader, DigestSource digests, IFleetView fleet, TimeProvider time) : IFleetHistory
{
    private const int Part = 256;

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostEntry>> AsOfAsync(DateTimeOffset at, CancellationToken cancellation) => Task.Run(() => AsOf(at, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<HostEntry?> HostAsOfAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) => Task.Run(
        () => reader.AsOf(hostId, UnixTime.ToMicroseconds(at)) is { } row ? Entry(row, at) : null, cancellation);

    /// <inheritdoc/>
    public Task<HistorySpan?> SpanAsync(DateTimeOffset? at, CancellationToken cancellation) =>
        Task.Run(() => Rows.Span(reader.Span(at is { } time ? UnixTime.ToMicroseconds(time) : HistoryReader.Forever)), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ActivityPiece>> ActivityAsync(HistoryFilter filter, int pieces, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        return Task.Run(() => Activity(filter, pieces), cancellation);
    }

    /// <inheritdoc/>
    public Task<VersionsOverTime> VersionsAsync(TimeWindow window, int moments, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moments, 2);
        return Task.Run(() => Versions(window, moments, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<SilencesOverTime> SilencesAsync(TimeWindow window, int moments, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moments, 2);
        return Task.Run(() => Silences(window, moments, cancellation), cancellation);
    }

    private IReadOnlyList<HostEntry> AsOf(DateTimeOffset at, CancellationToken cancellation)
    {
        IReadOnlyList<AsOfRow> rows = reader.AsOf(UnixTime.ToMicroseconds(at));
        var entries = new HostEntry?[rows.Count];
        Parallel.For(0, (rows.Count + Part - 1) / Part, new ParallelOptions { CancellationToken = cancellation }, part =>
        {
            for (int i = part * Part; i < Math.Min(rows.Count, (part + 1) * Part); i++)
            {
                entries[i] = Entry(rows[i], at);
            }
        });
        return [.. entries.OfType<HostEntry>()];
    }

    private HostEntry? Entry(AsOfRow row, DateTimeOffset at)
    {
        if (digests.Summary(row.Digest, row.Hash) is not { } summary || !SnapshotHash.TryParse(row.Hash, out SnapshotHash hash))
        {
            return null;
        }

        DateTimeOffset lastSeen = row is { SilentFrom: { } from, SilentTo: { } to } && to > UnixTime.ToMicroseconds(at) ? UnixTime.FromMicroseconds(from) : LastSeen(row);
        return new HostEntry
        {
            HostId = row.HostId,
            Revision = row.Revision,
            Summary = FleetView.Limit(summary),
            Hash = hash,
            TakenAt = UnixTime.FromMicroseconds(row.TakenAt),
            LastSeen = lastSeen < at ? lastSeen : at,
            ProbeVersion = "",
        };
    }

    // Signs of life are saved every few seconds only; memory knows the latest.
    private DateTimeOffset LastSeen(AsOfRow row)
    {
        DateTimeOffset saved = UnixTime.FromMicroseconds(row.LastSeen);
        return fleet.Find(row.HostId) is { } known && known.LastSeen > saved ? known.LastSeen : saved;
    }

    private IReadOnlyList<ActivityPiece> Activity(HistoryFilter filter, int pieces)
    {
        long from = UnixTime.ToMicroseconds(filter.Window.From), to = UnixTime.ToMicroseconds(filter.Window.To);
        long step = Math.Max(1, (to - from + pieces - 1) / pieces);
        IReadOnlyList<ActivityRow> counts = reader.Activity(from, to, step, (int)((to - from + step - 1) / step), (int)filter.Kinds, filter.Text);
        return [.. counts.Select((count, i) => new ActivityPiece(
            UnixTime.FromMicroseconds(from + (i * step)), UnixTime.FromMicroseconds(Math.Min(to, from + ((i + 1) * step))), count.Changes, count.Boots, count.Updates))];
    }

    private VersionsOverTime Versions(TimeWindow window, int moments, CancellationToken cancellation)
    {
        long from = UnixTime.ToMicroseconds(window.From), to = UnixTime.ToMicroseconds(window.To);
        (IReadOnlyList<ModuleRow> atStart, IReadOnlyList<ModuleRow> later) = reader.Modules(from, to);
        var counter = new VersionCounter(moments);
        foreach (ModuleRow row in atStart)
        {
            counter.Set(row.Host, VersionOf(row));
        }

        var times = new DateTimeOffset[moments];
        int next = 0;
        for (int i = 0; i < moments; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long moment = SilenceCounter.Moment(from, to, moments, i);
            for (; next < later.Count && later[next].ReceivedAt <= moment; next++)
            {
                counter.Set(later[next].Host, VersionOf(later[next]));
            }

            times[i] = UnixTime.FromMicroseconds(moment);
            counter.Note(i);
        }

        return new VersionsOverTime(times, counter.Series);
    }

    private SilencesOverTime Silences(TimeWindow window, int moments, CancellationToken cancellation)
    {
        long from = UnixTime.ToMicroseconds(window.From), to = UnixTime.ToMicroseconds(window.To);
        (IReadOnlyList<SilenceRow> silences, IReadOnlyList<(long From, long To)> pauses) = reader.Absences(from, to);
        var counter = new SilenceCounter(from, to, moments);
        foreach (IGrouping<long, SilenceRow> host in silences.GroupBy(silence => silence.Host))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (Absence absence in AbsencePieces.Of(host.Select(silence => (silence.From, silence.To)), pauses).Where(absence => absence.Cause == AbsenceCause.Silent))
            {
                counter.Add(UnixTime.ToMicroseconds(absence.From), absence.To is { } end ? UnixTime.ToMicroseconds(end) : HistoryReader.Forever);
            }
        }

        // A silence is stored when it is over.
        DateTimeOffset now = time.GetUtcNow();
        foreach (HostEntry silent in fleet.Hosts.Where(host => host.IsSilentAt(now)))
        {
            counter.Add(UnixTime.ToMicroseconds(silent.LastSeen), HistoryReader.Forever);
        }

        return new SilencesOverTime([.. Enumerable.Range(0, moments).Select(i => UnixTime.FromMicroseconds(SilenceCounter.Moment(from, to, moments, i)))], counter.Counts);
    }

    private string? VersionOf(ModuleRow row) => digests.Summary(row.Digest, row.Hash)?.Version is { IsKnown: true } version ? version.Value.ToString() : null;
}
