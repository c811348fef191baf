using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Faults;

/// <summary>Snapshots that come twice and in any order leave the same state as those that come once and in order.</summary>
public sealed class DeliveryTests
{
    private const int Seed = 20261126;
    private const int Workers = 16;
    private const int SecondHalf = 1 << 24;
    private static readonly string[] Boots = [SmallSnapshot.BootId, "22222222-2222-3333-4444-555555555555"];

    [Fact]
    public async Task Schedules_WithDuplicatesAndReordering_EndAsInOrder()
    {
        int schedules = Scale.Of(500, 10_000);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        var ledger = new AckLedger();
        int next = 0, deliveries = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            await using HubConnection one = await ConnectAsync(dashboard.Address), other = await ConnectAsync(dashboard.Address);
            for (int number; (number = Interlocked.Increment(ref next)) <= schedules;)
            {
                Interlocked.Add(ref deliveries, await RunAsync(number, [one, other], ledger));
            }
        })));

        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal((ledger.Count, ledger.EventCount), (report.Rows, report.Events));
        Dictionary<string, string> final = FinalStates(data);
        Dictionary<string, string> shown = await ShownAsync(dashboard.Address);
        for (int number = 1; number <= schedules; number++)
        {
            string inOrder = SimulatedProbe.IdOf(number), scrambled = SimulatedProbe.IdOf(number | SecondHalf);
            Assert.True(final[inOrder] == final[scrambled], $"schedule {number} (seed {Seed}): stored {final[scrambled]} where in order it is {final[inOrder]}");
            Assert.True(shown[inOrder] == shown[scrambled], $"schedule {number} (seed {Seed}): shown {shown[scrambled]} where in order it is {shown[inOrder]}");
        }

        Figures.Note($"{schedules} random schedules, {deliveries} deliveries of {report.Rows} snapshots and {report.Events} events: every final state equals that of the order in which they were taken");
    }

    /// <summary>Sends one schedule twice: as it was taken, to one host; with duplicates, over two connections and out of order, to another.</summary>
    private static async Task<int> RunAsync(int number, HubConnection[] connections, AckLedger ledger)
    {
        var random = new Random(HashCode.Combine(Seed, number));
        int count = random.Next(2, 7), reboot = random.Next(1, count + 1);
        SnapshotEnvelope[] taken = [.. Enumerable.Range(1, count).Select(sequence =>
            SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"{number}.{random.Next(3)}", $"pair-{number}")) with { BootId = Boots[sequence > reboot ? 1 : 0] })];
        string inOrder = SimulatedProbe.IdOf(number), scrambled = SimulatedProbe.IdOf(number | SecondHalf);
        ObservationBatch[] seen = [.. taken.Select(envelope => new ObservationBatch(envelope.BootId, [.. Enumerable.Range(0, 2).Select(i =>
            new WireObservation((2 * envelope.Sequence) - 1 + i, new ReinitObservation(DateTimeOffset.UnixEpoch.AddSeconds(envelope.Sequence), Provenance.Emulated, "test") { KernelLine = $"virt/tdx: {number}.{random.Next(3)}" }))]))];
        await HelloAsync(connections[0], inOrder);
        for (int i = 0; i < taken.Length; i++)
        {
            await DeliverAsync(connections[0], inOrder, taken[i], ledger);
            await ObserveAsync(connections[0], inOrder, seen[i], ledger);
        }

        Func<HubConnection, Task>[] whole = [.. taken.Select<SnapshotEnvelope, Func<HubConnection, Task>>(envelope => connection => DeliverAsync(connection, scrambled, envelope, ledger)),
            .. seen.Select<ObservationBatch, Func<HubConnection, Task>>(batch => connection => ObserveAsync(connection, scrambled, batch, ledger))];
        Func<HubConnection, Task>[] order = [.. whole, .. whole.Where(_ => random.Next(2) == 0)];
        random.Shuffle(order);
        await Task.WhenAll(connections.Select(connection => HelloAsync(connection, scrambled)));
        await Task.WhenAll(order.Select(deliver => deliver(connections[random.Next(2)])));
        return (2 * taken.Length) + order.Length;
    }

    private static async Task ObserveAsync(HubConnection connection, string hostId, ObservationBatch batch, AckLedger ledger)
    {
        DeliveryReply reply = await connection.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch, TestContext.Current.CancellationToken);
        Assert.True(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        ledger.NoteEvents(hostId, batch);
    }

    private static async Task DeliverAsync(HubConnection connection, string hostId, SnapshotEnvelope envelope, AckLedger ledger)
    {
        DeliveryReply reply = await connection.InvokeAsync<DeliveryReply>(ProbeContract.Deliver, envelope, TestContext.Current.CancellationToken);
        Assert.True(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        ledger.Note(new SnapshotKey(hostId, envelope.BootId, envelope.Sequence), envelope.Hash);
    }

    private static async Task HelloAsync(HubConnection connection, string hostId)
    {
        var hello = new ProbeHello(ProbeContract.Version, hostId, "pair", Origin.Demo, "simulated");
        while (true)
        {
            HelloReply reply = await connection.InvokeAsync<HelloReply>(ProbeContract.Hello, hello, TestContext.Current.CancellationToken);
            if (reply.Accepted)
            {
                return;
            }

            // Only so many are taken up in a second, and these hosts have but a moment each.
            Assert.True(reply.RetryAfterMilliseconds > 0, reply.Reason);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<HubConnection> ConnectAsync(Uri dashboard)
    {
        HubConnection connection = new HubConnectionBuilder().WithUrl(new Uri(dashboard, ProbeContract.Path), options => options.AccessTokenProvider = () => DemoSignIn.TokenAsync(dashboard))
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Of each host: its rows, and the one that is in force now.</summary>
    private static Dictionary<string, string> FinalStates(string data)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        database.Open();
        using SqliteCommand query = database.CreateCommand();
        query.CommandText =
            """
            SELECT h.host_id, group_concat(s.boot_id || ':' || s.sequence || ':' || s.hash || ':' || s.taken_at_us || ':' || (s.until_us = 9223372036854775807), ' ' ORDER BY s.sequence)
                || (SELECT group_concat(e.boot_id || ':' || e.sequence || ':' || CAST(e.body AS TEXT), ' ' ORDER BY e.sequence) FROM events e WHERE e.host = h.id)
            FROM snapshots s JOIN hosts h ON h.id = s.host GROUP BY h.host_id
            """;
        using SqliteDataReader rows = query.ExecuteReader();
        var states = new Dictionary<string, string>();
        while (rows.Read())
        {
            states.Add(rows.GetString(0), rows.GetString(1));
        }

        return states;
    }

    /// <summary>Of each host: its row in the fleet's export, without its identity and when it was heard of.</summary>
    private static async Task<Dictionary<string, string>> ShownAsync(Uri dashboard)
    {
        using HttpClient client = await SignedIn.ClientAsync(dashboard);
        using JsonDocument fleet = JsonDocument.Parse(await client.GetStringAsync("/fleet.json?cols=host,state,kernel", TestContext.Current.CancellationToken));
        return fleet.RootElement.EnumerateArray().ToDictionary(host => host.GetProperty("host_id").GetString()!, host => string.Join(' ', host.EnumerateObject()
            .Where(field => field.Name is not ("host_id" or "silent"))
            .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={field.Value}"))));
    }
}
