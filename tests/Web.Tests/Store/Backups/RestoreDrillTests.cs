using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Store.Backups;

/// <summary>The restore drill: a backup while snapshots come in is put in place elsewhere, started, and compared.</summary>
public sealed class RestoreDrillTests
{
    private const int Hosts = 4, AcknowledgedBefore = 40;

    [Fact]
    public async Task Drill_BackupUnderIngest_HoldsAllThatWasAcknowledgedBeforeIt()
    {
        using var data = new TempFolder();
        using var elsewhere = new TempFolder();
        string backup = elsewhere.File("backup.db");
        var stored = new System.Collections.Concurrent.ConcurrentQueue<(string HostId, long Sequence, string Hash)>();
        (string, long, string)[] before;
        await using (Dashboard dashboard = await Dashboard.StartAsync(data))
        {
            using var stop = new CancellationTokenSource();
            Task[] probes = [.. Enumerable.Range(1, Hosts).Select(i => SendAsync(dashboard, i, stored, stop.Token))];
            while (stored.Count < AcknowledgedBefore)
            {
                await Task.WhenAny([.. probes, Task.Delay(1, TestContext.Current.CancellationToken)]);
            }

            before = [.. stored];
            StoreBackup.Write(dashboard.Path, backup, DateTimeOffset.UtcNow);
            int during = stored.Count;
            Assert.True(during >= before.Length);
            await stop.CancelAsync();
            await Task.WhenAll(probes);
        }

        using var fresh = new TempFolder();
        RestoreReport report = await new StoreRestore(new StorePath(fresh.Path), StoreSchema.Current, TimeProvider.System).RunAsync(backup);

        await using Dashboard restored = await Dashboard.StartAsync(fresh);
        using SqliteConnection reader = restored.Path.OpenReader();
        var held = reader.Query<(string, long, string)>("SELECT h.host_id, s.sequence, s.hash FROM snapshots s JOIN hosts h ON h.id = s.host").ToHashSet();
        Assert.Equal("ok", reader.QuerySingle<string>("PRAGMA integrity_check"));
        Assert.Equal(Hosts, report.Hosts);
        Assert.Equal(reader.Query<string>("SELECT host_id FROM hosts ORDER BY 1"), restored.Fleet.Hosts.Select(host => host.HostId).Order(StringComparer.Ordinal));
        Assert.All(before, acknowledged => Assert.Contains(acknowledged, held));
        Assert.Subset(stored.Select(entry => (entry.HostId, entry.Sequence, entry.Hash)).ToHashSet(), held);
    }

    private static async Task SendAsync(Dashboard dashboard, int number, System.Collections.Concurrent.ConcurrentQueue<(string, long, string)> stored, CancellationToken stop)
    {
        string hostId = $"aaaaaaaa-0000-0000-0000-{number:D12}";
        HubConnection probe = await dashboard.ConnectAsync(hostId, $"host-{number}");
        for (long sequence = 1; !stop.IsCancellationRequested; sequence++)
        {
            SnapshotEnvelope envelope = SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"6.16.{sequence}", $"host-{number}"));
            Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, envelope)).Outcome);
            stored.Enqueue((hostId, sequence, envelope.Hash));
        }
    }
}
