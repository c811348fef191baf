using System.Data.Common;
using CsCheck;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.History;

/// <summary>What the store keeps of intervals and neighbours equals what a walk over all rows gives, whatever order rows come in
/// and however the dashboard's clock jumps.</summary>
public class InForceProperties
{
    private const int Hosts = 3;
    private const int Span = 40;

    // A database of its own for each takes longer on PostgreSQL.
    private static int Iterations => TestStore.IsOnPostgres ? 8 : 40;

    private static readonly Gen<(int Host, long Sequence, int Received)[]> Deliveries =
        Gen.Select(Gen.Int[1, Hosts], Gen.Long[1, 12], Gen.Int[0, Span]).Array[1, 30];

    [Fact]
    public async Task AsOf_AnyDeliveries_EqualsBruteForce() => await Deliveries.SampleAsync(async deliveries =>
    {
        await using var store = new HistoryStore();
        IReadOnlyList<Row> rows = await InsertAllAsync(store, deliveries);
        for (int at = -1; at <= Span + 1; at++)
        {
            var expected = rows.Where(row => row.Received <= at).GroupBy(row => row.Host)
                .ToDictionary(group => HistoryStore.HostId(group.Key), group => group.MaxBy(row => (row.Sequence, row.Revision))!.Revision);

            IReadOnlyList<HostEntry> past = await store.Past.AsOfAsync(Time(at), TestContext.Current.CancellationToken);

            Assert.Equal(expected, past.ToDictionary(entry => entry.HostId, entry => entry.Revision));
            for (int host = 1; host <= Hosts; host++)
            {
                StoredSnapshot? one = await store.Hosts.InForceAsync(HistoryStore.HostId(host), Time(at), TestContext.Current.CancellationToken);
                Assert.Equal(expected.TryGetValue(HistoryStore.HostId(host), out long revision) ? revision : null, one?.Revision);
            }
        }
    }, iter: Iterations);

    [Fact]
    public async Task Base_AnyDeliveries_IsTheClosestLowerOneThatWasInForce() => await Deliveries.SampleAsync(async deliveries =>
    {
        await using var store = new HistoryStore();
        var rows = new List<Row>();
        foreach ((int Host, long Sequence, int Received)[] part in deliveries.Chunk(7))
        {
            // Comparisons that were made before a late delivery have to be made again where it matters.
            rows.AddRange(await InsertAllAsync(store, part, rows));
            await store.CompareAllAsync();
        }

        using DbConnection connection = store.Engine.OpenReader();
        Dictionary<long, long?> bases = connection.Query<(long Revision, long? Base)>("SELECT revision, base FROM snapshots").ToDictionary(row => row.Revision, row => row.Base);
        Assert.All(rows, row =>
        {
            Row? expected = rows.Where(other => other.Host == row.Host && Lower(other, row) && WasInForce(other, rows)).MaxBy(other => (other.Sequence, other.Revision));
            Assert.Equal(expected?.Revision, bases[row.Revision]);
        });
    }, iter: Iterations);

    private static bool Lower(Row left, Row right) => (left.Sequence, left.Revision).CompareTo((right.Sequence, right.Revision)) < 0;

    private static bool WasInForce(Row row, IReadOnlyList<Row> rows) =>
        !rows.Any(other => other.Host == row.Host && Lower(row, other) && other.Received <= row.Received);

    private static DateTimeOffset Time(int received) => HistoryStore.Start.AddMinutes(received);

    private static async Task<IReadOnlyList<Row>> InsertAllAsync(HistoryStore store, (int Host, long Sequence, int Received)[] deliveries, IReadOnlyList<Row>? before = null)
    {
        var rows = new List<Row>();
        foreach ((int host, long sequence, int received) in deliveries)
        {
            // The same sequence may come again of another boot, as after a journal was put back from a copy.
            int boot = 1 + (before ?? []).Concat(rows).Count(row => row.Host == host && row.Sequence == sequence);
            StoreOutcome outcome = await store.InsertAsync(host, sequence, Time(received), boot: boot);
            rows.Add(new Row(host, sequence, received, Assert.IsType<StoreOutcome.Stored>(outcome).Revision));
        }

        return rows;
    }

    private sealed record Row(int Host, long Sequence, int Received, long Revision);
}
