using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store;

public class EventReaderTests
{
    [Fact]
    public async Task LatestBoots_SeveralBootsOfSeveralHosts_GivesThatOfTheHighestSequenceInOrder()
    {
        await using var store = new HistoryStore();
        await store.ObserveAsync(2, 1, 1, 3, HistoryStore.Start);
        await store.ObserveAsync(1, 2, 10, 2, HistoryStore.Start);
        // Delivered late: an earlier boot, and a host without any observation.
        await store.ObserveAsync(1, 1, 4, 3, HistoryStore.Start.AddDays(1));
        await store.InsertAsync(3, 1, HistoryStore.Start);

        IEnumerable<(string, string, long)> read = new EventReader(store.Engine, NullLogger<EventReader>.Instance).LatestBoots().Select(seen => (seen.HostId, seen.BootId, seen.Sequence));

        Assert.Equal(
        [
            (HistoryStore.HostId(2), HistoryStore.BootId(1), 1L), (HistoryStore.HostId(2), HistoryStore.BootId(1), 2L), (HistoryStore.HostId(2), HistoryStore.BootId(1), 3L),
            (HistoryStore.HostId(1), HistoryStore.BootId(2), 10L), (HistoryStore.HostId(1), HistoryStore.BootId(2), 11L),
        ], read);
    }

    // As many as are kept of one host, in two boots: without its index this takes minutes.
    [Fact]
    public async Task LatestBoots_AllThatIsKeptOfAHost_IsReadWithoutBeingSearchedForEachRow()
    {
        await using var store = new HistoryStore();
        const int half = EventWork.MostPerHost / 2;
        await store.ObserveAsync(1, 1, 1, half, HistoryStore.Start);
        await store.ObserveAsync(1, 2, half + 1, half, HistoryStore.Start);
        var reader = new EventReader(store.Engine, NullLogger<EventReader>.Instance);

        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        int read = reader.LatestBoots().Count();
        TestContext.Current.TestOutputHelper?.WriteLine($"{read} observations of the latest boot among {2 * half} in {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");

        Assert.Equal(half, read);
    }
}
