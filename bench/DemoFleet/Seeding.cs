using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Wire;

namespace TdxDash.DemoFleet;

/// <summary>Puts the fleet into a store through the store's own writer.</summary>
internal static class Seeding
{
    private const int QueueLength = 4_096;
    private const string ProbeVersion = "demo";

    public static async Task RunAsync(string folder, int count, TextWriter output)
    {
        Directory.CreateDirectory(folder);
        var path = new StorePath(folder);
        using StoreLock only = StoreLock.Take(path);
        StoreSchema.Current.Prepare(path, TimeProvider.System);
        HashSet<string> present = Present(path);
        DemoHost[] hosts = [.. Enumerable.Range(0, count).Select(number => new DemoHost(number)).Where(host => !present.Contains(host.Id))];
        if (hosts.Length == 0)
        {
            output.WriteLine($"The {count} demo hosts are there already.");
            return;
        }

        var watch = Stopwatch.StartNew();
        DateTimeOffset begin = DateTimeOffset.UtcNow - DemoYear.Length;
        long rows = await WriteAsync(path, hosts, begin);
        int missing = hosts.Length + present.Count - Present(path).Count;
        if (missing > 0)
        {
            throw new InvalidOperationException($"{missing} demo hosts could not be stored in {path.File}. Check that the disk has room, and run it again.");
        }

        output.WriteLine(FormattableString.Invariant($"{hosts.Length} demo hosts with {rows} snapshots over a year, in {watch.Elapsed.TotalSeconds:F0} s."));
    }

    private static async Task<long> WriteAsync(StorePath path, DemoHost[] hosts, DateTimeOffset begin)
    {
        await using var writer = new StoreWriter(path, new DashboardOptions
        {
            DataFolder = path.Folder,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = QueueLength, QueueBytes = (long)StoreOptions.DefaultQueueMiB << 20 },
        }, NullLogger<StoreWriter>.Instance);
        writer.Start();
        var shapes = new DemoShapes();
        long rows = 0;
        await Parallel.ForEachAsync(hosts, async (host, cancellation) =>
        {
            var moments = new List<(int Boot, TimeSpan At)>();
            foreach (DemoMoment moment in DemoYear.Of(host, shapes))
            {
                moments.Add((moment.Boot, moment.At));
                await EnqueueAsync(writer, Work(host, moment, moments.Count, begin), cancellation);
                Interlocked.Increment(ref rows);
            }

            await EnqueueAsync(writer, Signs(host, moments, begin), cancellation);
        });
        return rows;
    }

    private static async Task EnqueueAsync(StoreWriter writer, IStoreWork work, CancellationToken cancellation)
    {
        while (writer.TryEnqueue(work) is not null)
        {
            await Task.Delay(1, cancellation);
        }
    }

    // What the dashboard would have noted had it run all the year.
    private static SignsWork Signs(DemoHost host, List<(int Boot, TimeSpan At)> moments, DateTimeOffset begin)
    {
        long Micro(TimeSpan at) => UnixTime.ToMicroseconds(begin + at);
        Silence[] silences = [.. DemoYear.Gaps(host, moments).Select(gap => new Silence(host.Id, Micro(gap.From), Micro(gap.To)))];
        return new SignsWork(new SignsOfLife([new SignOfLife(host.Id, Micro(DemoYear.LastSeen(host, moments[^1].At)))], silences), Micro(DemoYear.Length));
    }

    private static SnapshotWork Work(DemoHost host, DemoMoment moment, long sequence, DateTimeOffset begin)
    {
        byte[] canonical = SnapshotCodec.Write(moment.Snapshot);
        long at = UnixTime.ToMicroseconds(begin + moment.At);
        return new SnapshotWork(new SnapshotRow
        {
            HostId = host.Id,
            HostName = host.Name,
            Origin = Origin.Demo,
            ProbeVersion = ProbeVersion,
            BootId = host.BootId(moment.Boot),
            Sequence = sequence,
            Hash = SnapshotHash.Of(canonical),
            Schema = moment.Snapshot.Schema,
            RawBytes = canonical.Length,
            Body = BodyCodec.Compress(canonical),
            TakenAt = at,
            ReceivedAt = at + 40_000,
            Digest = HostDigest.From(moment.Snapshot),
        }, _ => { });
    }

    private static HashSet<string> Present(StorePath path)
    {
        using SqliteConnection connection = path.OpenReader();
        return [.. connection.Query<string>("SELECT host_id FROM hosts WHERE host_id LIKE 'de300000-7d00-4001-%'")];
    }
}
