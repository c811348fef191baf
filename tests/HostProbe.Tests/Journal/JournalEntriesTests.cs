using System.Text;
using CsCheck;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Journal;

public sealed class JournalEntriesTests : IDisposable
{
    private const string Boot = "11111111-1111-1111-1111-111111111111";
    private const string NextBoot = "22222222-2222-2222-2222-222222222222";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly StateFolder _folder = new();
    private JournalFile _file;
    private JournalEntries _journal;

    public JournalEntriesTests()
    {
        _file = JournalFile.Open(_folder.Path);
        _journal = new JournalEntries(_file);
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Append_SameStateInSameBoot_AppendsNothing()
    {
        Assert.Equal(1, Append("a"));
        Assert.Null(Append("a"));
        Assert.Equal(1, _journal.Latest());
    }

    [Fact]
    public void Append_SameStateInNextBoot_AppendsAgain()
    {
        Append("a");
        Assert.Equal(2, Append("a", NextBoot));
        Assert.Equal(1, Bodies());
    }

    [Fact]
    public void Append_StateThatReturns_KeepsItsBodyOnce()
    {
        Assert.Equal([1, 2, 3], new[] { Append("a"), Append("b"), Append("a") });
        Assert.Equal(2, Bodies());
    }

    [Fact]
    public void NextPending_OfAppended_CarriesWhatWasAppended()
    {
        _journal.Append(Boot, Now, "state"u8.ToArray());
        JournalEntry entry = _journal.NextPending()!;
        Assert.Equal((1, Boot, 1_767_323_045_000_000, SnapshotHash.Of("state"u8).ToString()), (entry.Sequence, entry.BootId, entry.TakenAtMicroseconds, entry.Hash));
        Assert.Null(BodyCodec.TryExpand(entry.Body, out byte[] canonical));
        Assert.Equal("state"u8.ToArray(), canonical);
    }

    [Fact]
    public void NextPending_AfterSettling_GoesOnInOrder()
    {
        Append("a");
        Append("b");
        Append("c");
        _journal.MarkDelivered(1, Now);
        Assert.Equal(2, _journal.NextPending()!.Sequence);
        _journal.MarkRejected(2, "too big", Now);
        Assert.Equal(3, _journal.NextPending()!.Sequence);
        Assert.Equal("too big", _journal.Rejection(2));
        Assert.Null(_journal.Rejection(1));
        Assert.Equal(1, _journal.CountPending());
    }

    [Fact]
    public void Sequence_AfterRetentionAndReopening_IsNeverUsedTwice()
    {
        Append("a");
        Append("b");
        _journal.MarkDelivered(1, Now);
        _journal.MarkDelivered(2, Now);
        _file.Run(c => c.Execute("DELETE FROM entries"));
        Reopen();
        Assert.Equal(3, Append("a"));
    }

    [Fact]
    public void Append_DiskFull_SaysSoAndWorksAgainWithSpace()
    {
        Append("a");
        byte[] large = new byte[100_000];
        new Random(1).NextBytes(large);
        _file.Run(c => c.Scalar<long>("PRAGMA max_page_count = 1"));
        JournalException e = Assert.Throws<JournalException>(() => _journal.Append(Boot, Now, large));
        Assert.False(e.Damaged);
        Assert.Contains($"Journal {_folder.JournalPath} cannot grow: the disk is full.", e.Message, StringComparison.Ordinal);

        _file.Run(c => c.Scalar<long>("PRAGMA max_page_count = 100000"));
        Assert.Equal(2, _journal.Append(Boot, Now, large));
        Assert.Equal(2, _journal.CountPending());
    }

    [Fact]
    public void ReopenLatest_Delivered_WaitsAgain()
    {
        Append("a");
        Assert.Null(_journal.ReopenLatest());
        _journal.MarkDelivered(1, Now);
        Assert.Equal(1, _journal.ReopenLatest());
        Assert.Equal(1, _journal.NextPending()!.Sequence);
        _journal.MarkRejected(1, "no", Now);
        Assert.Null(_journal.ReopenLatest());
    }

    [Fact]
    public void Retain_OldSettledEntries_GoWithTheirBodies()
    {
        Append("a");
        Append("b");
        Append("c");
        _journal.MarkDelivered(1, Now);
        _journal.MarkRejected(2, "no", Now);
        var retention = new JournalRetention(TimeSpan.FromDays(1), 100);
        Assert.Equal(0, _journal.Retain(retention, Now.AddDays(1)));
        Assert.Equal(2, _journal.Retain(retention, Now.AddDays(1.1)));
        Assert.Equal(1, Bodies());
        Assert.Equal(3, _journal.NextPending()!.Sequence);
    }

    [Fact]
    public void Retain_AnySettling_KeepsEveryWaitingEntryAndTheNewest() => Gen.Select(Gen.Bool.Array[1, 12], Gen.Int[0, 5], Gen.Int[0, 3]).Sample((delivered, count, days) =>
    {
        using var folder = new StateFolder();
        using JournalFile file = JournalFile.Open(folder.Path);
        var journal = new JournalEntries(file);
        for (int i = 0; i < delivered.Length; i++)
        {
            long sequence = journal.Append(Boot, Now, [(byte)i])!.Value;
            if (delivered[i])
            {
                journal.MarkDelivered(sequence, Now);
            }
        }

        long waiting = journal.CountPending();
        int removed = journal.Retain(new JournalRetention(TimeSpan.FromDays(2), count), Now.AddDays(days));

        long left = file.Run(c => c.Scalar<long>("SELECT COUNT(*) FROM entries"));
        bool newestSettled = delivered[^1];
        long settledLeft = left - waiting;
        return journal.CountPending() == waiting && journal.Latest() == delivered.Length && left + removed == delivered.Length
            && settledLeft <= Math.Max(count, newestSettled ? 1 : 0) && (days <= 2 || settledLeft <= (newestSettled ? 1 : 0));
    }, iter: 30);

    private long? Append(string state, string boot = Boot) => _journal.Append(boot, Now, Encoding.UTF8.GetBytes(state));

    private long Bodies() => _file.Run(c => c.Scalar<long>("SELECT COUNT(*) FROM bodies"));

    private void Reopen()
    {
        _file.Dispose();
        _file = JournalFile.Open(_folder.Path);
        _journal = new JournalEntries(_file);
    }
}
