using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;
using TdxDash.Web.Live.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.History;

public class HostHistoryTests
{
    private static readonly DateTimeOffset Start = HistoryStore.Start;
    private static readonly TimeWindow Day = new(Start, Start.AddDays(1));

    [Fact]
    public async Task Entries_MoreThanAPage_ComeOnceEachLatestFirst()
    {
        await using var store = new HistoryStore();
        // Several at one moment, so that a page ends among equals.
        for (int i = 0; i < 25; i++)
        {
            await store.InsertAsync(1, i + 1, Start.AddMinutes(i / 4));
        }

        var sequences = new List<long>();
        HistoryCursor? next = null;
        do
        {
            HistoryPage page = await store.Hosts.EntriesAsync(new HistoryFilter(Day), next, 7, TestContext.Current.CancellationToken);
            sequences.AddRange(page.Entries.Select(entry => entry.Snapshot.Sequence));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => (long)i), sequences);
    }

    [Fact]
    public async Task Entries_FilterByKindAndText_FindsThoseOnly()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start, SmallSnapshot.Make("6.1_0", "host-1"));
        await store.InsertAsync(1, 2, Start.AddMinutes(1), SmallSnapshot.Make("6.1_0", "host-1"), boot: 2);
        await store.InsertAsync(2, 1, Start.AddMinutes(2), SmallSnapshot.Make("6.100", "host-2"));
        await store.InsertAsync(1, 3, Start.AddMinutes(3), SmallSnapshot.Make("6.2", "host-1"), boot: 2);
        await store.CompareAllAsync();

        Assert.Equal([2L], await SequencesAsync(store, new HistoryFilter(Day, Kinds: ChangeKinds.Boot)));
        Assert.Equal([3L, 2L], await SequencesAsync(store, new HistoryFilter(Day, Kinds: ChangeKinds.Boot | ChangeKinds.Kernel)));
        Assert.Equal([3L], await SequencesAsync(store, new HistoryFilter(Day, Text: "6.1_0 →")));
        Assert.Equal([1L], await SequencesAsync(store, new HistoryFilter(Day, Text: "HOST-2")));
        Assert.Empty(await SequencesAsync(store, new HistoryFilter(Day, Text: "%")));
        Assert.Empty(await SequencesAsync(store, new HistoryFilter(new TimeWindow(Start.AddHours(1), Start.AddHours(2)))));
    }

    [Fact]
    public async Task Timeline_OfAWindow_BeginsWithTheStateThatReachesIn()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start.AddHours(1));
        await store.InsertAsync(1, 2, Start.AddHours(2));
        await store.InsertAsync(1, 3, Start.AddHours(3));
        await store.InsertAsync(1, 4, Start.AddHours(5));
        await store.CompareAllAsync();

        HostTimeline timeline = await store.Hosts.TimelineAsync(HistoryStore.HostId(1), new TimeWindow(Start.AddHours(2.5), Start.AddHours(4)), 50, TestContext.Current.CancellationToken);

        Assert.True(timeline.AllStates);
        Assert.Equal([2L, 3L], timeline.States.Select(state => state.Snapshot.Sequence));
        Assert.Equal(["6.16.2", "6.16.3"], timeline.States.Select(state => state.Digest.Attributes[HostAttribute.Kernel].Value));
        Assert.Equal([(Start.AddHours(3), 1, 1)], timeline.Marks.Select(mark => (mark.At, mark.Snapshots, mark.Fields)));
    }

    [Fact]
    public async Task Timeline_MoreChangesThanMarks_GathersThem()
    {
        await using var store = new HistoryStore();
        for (int i = 0; i < 60; i++)
        {
            await store.InsertAsync(1, i + 1, Start.AddMinutes(i));
        }

        await store.CompareAllAsync();
        HostTimeline timeline = await store.Hosts.TimelineAsync(HistoryStore.HostId(1), new TimeWindow(Start, Start.AddHours(2)), 4, TestContext.Current.CancellationToken);

        Assert.Equal([30, 30], timeline.Marks.Select(mark => mark.Snapshots));
        Assert.All(timeline.Marks, mark => Assert.True(mark.IsCompared));
        Assert.True(timeline.Marks[0].Kinds.HasFlag(ChangeKinds.First));
    }

    [Fact]
    public async Task Span_HostWithBoots_SaysWhenTheLatestBegan()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start.AddHours(1));
        await store.InsertAsync(1, 2, Start.AddHours(2), boot: 2);
        await store.InsertAsync(1, 3, Start.AddHours(3), boot: 2);

        Assert.Equal(new HistorySpan(Start.AddHours(1), Start.AddHours(3), Start.AddHours(2)), await store.Hosts.SpanAsync(HistoryStore.HostId(1), null, TestContext.Current.CancellationToken));
        Assert.Null(await store.Hosts.SpanAsync(HistoryStore.HostId(2), null, TestContext.Current.CancellationToken));
        Assert.Equal(new HistorySpan(Start.AddHours(1), Start.AddHours(1), Start.AddHours(1)), await store.Hosts.SpanAsync(HistoryStore.HostId(1), Start.AddHours(1.5), TestContext.Current.CancellationToken));
        Assert.Equal(Start.AddHours(2), (await store.Past.SpanAsync(Start.AddHours(2), TestContext.Current.CancellationToken))?.Last);
        Assert.Null(await store.Hosts.SpanAsync(HistoryStore.HostId(1), Start, TestContext.Current.CancellationToken));
        Assert.Equal((Start.AddHours(1), Start.AddHours(3)), await store.Past.SpanAsync(null, TestContext.Current.CancellationToken) is { } span ? (span.First, span.Last) : default);
    }

    [Fact]
    public async Task Span_EmptyStore_IsNone()
    {
        await using var store = new HistoryStore();

        Assert.Null(await store.Past.SpanAsync(null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Find_RevisionOfAnotherHost_IsNone()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        await store.InsertAsync(2, 1, Start);

        Assert.Equal(1, (await store.Hosts.FindAsync(HistoryStore.HostId(1), 1, TestContext.Current.CancellationToken))?.Revision);
        Assert.Null(await store.Hosts.FindAsync(HistoryStore.HostId(1), 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Activity_WithAFilter_CountsWhatMatches()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start.AddHours(1));
        await store.InsertAsync(2, 1, Start.AddHours(1));
        await store.InsertAsync(2, 2, Start.AddHours(2));
        await store.CompareAllAsync();

        Assert.Equal([2, 1], await CountsAsync(store, new HistoryFilter(Day)));
        Assert.Equal([1, 1], await CountsAsync(store, new HistoryFilter(Day, Text: "host-2")));
        Assert.Equal([1], await CountsAsync(store, new HistoryFilter(Day, Kinds: ChangeKinds.Kernel)));
    }

    [Fact]
    public async Task Activity_OfBootsUpdatesAndWhatWaits_CountsEachOnce()
    {
        await using var store = new HistoryStore(HostSummary.From);
        await store.InsertAsync(1, 1, Start.AddHours(1), Running("1.5.08", "6.16.1"));
        await store.InsertAsync(1, 2, Start.AddHours(2), Running("1.5.08", "6.16.1"), boot: 2);
        await store.InsertAsync(1, 3, Start.AddHours(2.1), Running("1.5.16", "6.16.1"), boot: 2);
        await store.InsertAsync(1, 4, Start.AddHours(2.2), Running("1.5.24", "6.16.1"), boot: 3);
        await store.InsertAsync(1, 5, Start.AddHours(2.3), Running("1.5.24", "6.17.0"), boot: 3);
        await store.CompareAllAsync();
        await store.InsertAsync(1, 6, Start.AddHours(2.4), Running("1.5.25", "6.17.0"), boot: 4);

        IReadOnlyList<ActivityPiece> pieces = await store.Past.ActivityAsync(new HistoryFilter(Day), 24, TestContext.Current.CancellationToken);

        Assert.Equal([(1, 0, 0), (5, 1, 2)], pieces.Where(piece => piece.Changes > 0).Select(piece => (piece.Changes, piece.Boots, piece.Updates)));
        ActivityPiece named = (await store.Past.ActivityAsync(new HistoryFilter(Day, Text: "host"), 1, TestContext.Current.CancellationToken))[0];
        Assert.Equal((6, 1, 2), (named.Changes, named.Boots, named.Updates));
    }

    private static Snapshot Running(string version, string kernel)
    {
        Snapshot machine = TestSnapshots.VirtualMachine("host-1");
        return machine with
        {
            Host = machine.Host with { KernelRelease = Reading.Known(kernel, Provenance.Kernel, "uname") },
            Kernel = machine.Kernel with { ModuleVersion = Reading.Known(version, Provenance.Kernel, "/sys/devices/faux/tdx_host/version") },
        };
    }

    private static async Task<IEnumerable<int>> CountsAsync(HistoryStore store, HistoryFilter filter) =>
        (await store.Past.ActivityAsync(filter, 24, TestContext.Current.CancellationToken)).Select(piece => piece.Changes).Where(changes => changes > 0);

    private static async Task<IEnumerable<long>> SequencesAsync(HistoryStore store, HistoryFilter filter) =>
        (await store.Hosts.EntriesAsync(filter, null, 50, TestContext.Current.CancellationToken)).Entries.Select(entry => entry.Snapshot.Sequence);
}
