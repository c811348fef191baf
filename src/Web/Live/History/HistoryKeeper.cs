using System.Threading.Channels;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Nodes;
using TdxDash.Web.Security;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Live.History;

/// <summary>Compares each stored snapshot with the one before it, in the background: new ones at once, and at the start those that an older
/// version left. It works on one core for at most a fifth of the time, so that a large database does not slow the dashboard down.</summary>
internal sealed class HistoryKeeper(ComparisonReader reader, StoreWriter writer, SnapshotReader bodies, DigestSource digests, IFleetView fleet, HistoryFeed feed, JobTurn jobs, TimeProvider time,
    ILogger<HistoryKeeper> log) : BackgroundService
{
    private const int Batch = 32;
    private const int MaxHeadline = 300;
    private const int RestPerWork = 4;

    // While deliveries wait for the writer they come first: probes wait for their answers, and nobody for these.
    private const int RestWhileBusy = 19;

    // Batches.
    private const int SparesEvery = 50;

    // A snapshot can have tens of megabytes.
    private const int MostHeld = 3;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Works off some snapshots that wait.</summary>
    /// <returns>How many; 0 when none waits.</returns>
    /// <exception cref="IOException">They could not be stored; the message says why not.</exception>
    public async Task<int> WorkOffAsync(CancellationToken cancellation)
    {
        IReadOnlyList<UncomparedRow> rows = reader.Next(Batch);
        var comparisons = new List<Comparison>(rows.Count);
        // Neighbours of one host come together. The pages' own cache is left to the pages.
        var read = new Dictionary<string, Snapshot>(StringComparer.Ordinal);
        foreach (UncomparedRow row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            comparisons.Add(Compare(row, read));
        }

        if (comparisons.Count == 0)
        {
            return 0;
        }

        var work = new ComparisonWork(comparisons);
        string? refusal = writer.TryEnqueue(work);
        if (refusal is not null || !await work.Done)
        {
            throw new IOException(refusal ?? writer.Trouble ?? "The store did not keep them.");
        }

        feed.Announce([.. comparisons.Select(comparison => comparison.Row.HostId).Distinct()]);
        return comparisons.Count;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host waits for the first await of a service before it starts the next one.
        await Task.Yield();
        using IDisposable subscription = fleet.Subscribe(_ => _news.Writer.TryWrite(true));
        _news.Writer.TryWrite(true);
        try
        {
            while (await _news.Reader.WaitToReadAsync(stoppingToken))
            {
                if (!await jobs.RunAsync(WorkOffAllAsync, stoppingToken))
                {
                    _news.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What waits is found again at the next start.
        }
    }

    private async Task WorkOffAllAsync(CancellationToken stopping)
    {
        _news.Reader.TryRead(out _);
        try
        {
            long started = time.GetTimestamp();
            int whole = 0;
            while (await WorkOffAsync(stopping) == Batch)
            {
                // Snapshots of a whole fleet that wait lie all over the database, and its pages are not wanted again.
                if (++whole % SparesEvery == 0)
                {
                    writer.Spare();
                }

                await Task.Delay(time.GetElapsedTime(started) * (writer.QueuedWorks > 0 ? RestWhileBusy : RestPerWork), time, stopping);
                started = time.GetTimestamp();
            }

            if (whole > SparesEvery)
            {
                writer.Spare();
            }
        }
        // The edge of the loop: whatever failed, the next try has its chance.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            StoreLog.ComparisonFailed(log, AfterFailure.TotalSeconds, e);
            await Task.Delay(AfterFailure, time, stopping);
            _news.Writer.TryWrite(true);
        }
    }

    private Comparison Compare(UncomparedRow row, Dictionary<string, Snapshot> read)
    {
        try
        {
            Snapshot after = Read(row.Hash, read);
            HostDigest? digest = DigestCodec.IsCurrent(row.Digest) ? null : digests.Of(after);
            ChangeSummary change = row.BaseHash is null ? ChangeSummary.OfFirst : ChangeSummary.Between(Read(row.BaseHash, read), after, row.BootId != row.BaseBootId);
            return new Comparison(row, digest, Shown(change));
        }
        catch (InvalidDataException e)
        {
            return new Comparison(row, null, Shown(ChangeSummary.OfUnreadable(e.Message)));
        }
    }

    private Snapshot Read(string hash, Dictionary<string, Snapshot> read)
    {
        if (!read.TryGetValue(hash, out Snapshot? snapshot))
        {
            if (read.Count == MostHeld)
            {
                read.Clear();
            }

            snapshot = SnapshotHash.TryParse(hash, out SnapshotHash parsed)
                ? bodies.Read(parsed)
                : throw new InvalidDataException($"The stored hash '{hash}' has not the form of one. Put back a backup of the database.");
            read[hash] = snapshot;
        }

        return snapshot;
    }

    private static ChangeSummary Shown(ChangeSummary change) => change with { Headline = ShownText.Limit(change.Headline, MaxHeadline) };
}
