using CsCheck;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Journal;

public sealed class JournalThinningTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly JournalBounds Wide = new(1L << 30, TimeSpan.FromDays(7), 10_000);

    private readonly StateFolder _folder = new();
    private readonly JournalFile _file;
    private readonly JournalEntries _journal;
    private readonly JournalThinning _thinning;

    public JournalThinningTests()
    {
        _file = JournalFile.Open(_folder.Path);
        _journal = new JournalEntries(_file);
        _thinning = new JournalThinning(_file);
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Apply_WithinTheBounds_DropsNothing()
    {
        Append(boot: 1, state: 1);
        Append(boot: 2, state: 1);

        Assert.Equal(0, _thinning.Apply(Wide, Now.AddDays(6)));
        Assert.Equal([1, 2], Waiting());
    }

    [Fact]
    public void Apply_UnchangedEntriesBeyondTheAge_GoAndAreCounted()
    {
        Append(boot: 1, state: 1);
        Append(boot: 2, state: 1);
        Append(boot: 3, state: 1);
        Append(boot: 3, state: 2);
        Append(boot: 4, state: 2);

        long dropped = _thinning.Apply(Wide, Now.AddDays(8));

        // The first of the equal ones says when the state began; the newest stays, changed or not.
        Assert.Equal(2, dropped);
        Assert.Equal([1, 4, 5], Waiting());
        Assert.Equal(2, _thinning.Dropped());
    }

    [Fact]
    public void Apply_ClockTenYearsAhead_KeepsEveryChange()
    {
        for (int state = 1; state <= 5; state++)
        {
            Append(boot: 1, state);
        }

        Assert.Equal(0, _thinning.Apply(Wide, Now.AddYears(10)));
        Assert.Equal([1, 2, 3, 4, 5], Waiting());
    }

    [Fact]
    public void Apply_TooLarge_DropsSettledThenUnchangedThenTheOldestChanges()
    {
        Append(boot: 1, state: 1, size: 100_000);
        _journal.MarkDelivered(1, Now);
        Append(boot: 1, state: 2, size: 100_000);
        Append(boot: 2, state: 2, size: 100_000);
        Append(boot: 2, state: 3, size: 100_000);
        Append(boot: 2, state: 4, size: 100_000);

        Assert.Equal(2, _thinning.Apply(Wide with { Bytes = 370_000 }, Now));
        Assert.Equal([4, 5], Waiting());

        Assert.Equal(1, _thinning.Apply(Wide with { Bytes = 150_000 }, Now));
        Assert.Equal([5], Waiting());
        Assert.Equal(3, _thinning.Dropped());
        Assert.Equal(5, _journal.Latest());
    }

    [Fact]
    public void Apply_TooManyObservations_DropsTheOldest()
    {
        var events = new JournalEvents(_file);
        events.Append(Boot(1), [.. Enumerable.Range(1, 5).Select(i => new ReinitObservation(Now, Provenance.Kernel, "test") { KernelLine = $"virt/tdx: {i}" })], mark: null);

        Assert.Equal(3, _thinning.Apply(Wide with { Observations = 2 }, Now));
        Assert.Equal([4L, 5L], events.NextPending()!.Observations.Select(seen => seen.Sequence));
        Assert.Equal(3, _thinning.Dropped());
    }

    [Fact]
    public void Apply_AnyHistory_HoldsTheBoundAndCountsExactlyWhatIsGone() =>
        Gen.Select(Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Bool).Array[1, 25], Gen.Int[120_000, 300_000]).Sample((history, bytes) =>
        {
            using var folder = new StateFolder();
            using JournalFile file = JournalFile.Open(folder.Path);
            var journal = new JournalEntries(file);
            var thinning = new JournalThinning(file);
            long appended = 0, dropped = 0;
            foreach ((int boot, int state, bool delivered) in history)
            {
                if (journal.Append(Boot(boot), Now, Body(state, 20_000)) is long sequence)
                {
                    appended++;
                    if (delivered)
                    {
                        journal.MarkDelivered(sequence, Now);
                    }
                }

                long before = journal.CountPending();
                long gone = thinning.Apply(Wide with { Bytes = bytes }, Now);
                dropped += gone;
                Assert.Equal(before - gone, journal.CountPending());
            }

            long used = file.Run(c => (c.Scalar<long>("PRAGMA page_count") - c.Scalar<long>("PRAGMA freelist_count")) * c.Scalar<long>("PRAGMA page_size"));
            return thinning.Dropped() == dropped && used <= bytes && journal.Latest() == appended && file.Run(c => c.Scalar<string>("PRAGMA integrity_check")) == "ok";
        }, iter: 40);

    private static string Boot(int number) => $"11111111-1111-1111-1111-{number:d12}";

    // Bytes that no compression makes smaller.
    private static byte[] Body(int state, int size)
    {
        byte[] bytes = new byte[size];
        new Random(state).NextBytes(bytes);
        return bytes;
    }

    private void Append(int boot, int state, int size = 100) => Assert.NotNull(_journal.Append(Boot(boot), Now, Body(state, size)));

    private IEnumerable<long> Waiting()
    {
        for (JournalEntry? entry = _journal.NextPending(); entry is not null; entry = _journal.NextPending(entry.Sequence))
        {
            yield return entry.Sequence;
        }
    }
}
