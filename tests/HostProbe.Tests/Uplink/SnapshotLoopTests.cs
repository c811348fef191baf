using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>Snapshots that a journal cannot take, as on a full disk.</summary>
public sealed class SnapshotLoopTests : IDisposable
{
    private readonly StateFolder _folder = new();
    private readonly JournalFile _file;
    private readonly JournalEntries _journal;
    private readonly JournalThinning _thinning;
    private readonly StringWriter _log = new();
    private readonly TestSource _source = new();
    private readonly SnapshotLoop _loop;

    public SnapshotLoopTests()
    {
        _file = JournalFile.Open(_folder.Path);
        (_journal, _thinning) = (new JournalEntries(_file), new JournalThinning(_file));
        var options = new ProbeServiceOptions { Dashboard = new Uri("http://127.0.0.1:9"), StateFolder = _folder.Path, Interval = TimeSpan.FromDays(1) };
        _loop = new SnapshotLoop(_source, options, new UplinkContext(_journal, new HostIdentity(_source, _file.HostId, _source.BootId), new Credentials(_folder.Path, ProbeScope.Host, _file.HostId, options.Dashboard, null), new UplinkTiming(),
            TimeProvider.System, new ProbeLog(_log, TimeProvider.System), new WakeSignal(), new JournalEvents(_file))
        { Thinning = _thinning });
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Take_WhereTheJournalRefuses_CountsWhatWasLost()
    {
        await TakeAsync("6.16.0");
        Fill();
        await TakeAsync(Large(1));
        await TakeAsync(Large(2));
        await TakeAsync(Large(2));
        Assert.Equal((1, 0), (_journal.Latest(), _thinning.Dropped()));

        Free();
        await TakeAsync(Large(2));
        Assert.Equal((2, 1), (_journal.Latest(), _thinning.Dropped()));
        Assert.Contains("1 snapshots were lost while the journal refused them", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OfTheStateOfBeforeAfterOneThatWasRefused_CountsTheRefusedOne()
    {
        await TakeAsync("6.16.0");
        Fill();
        await TakeAsync(Large(1));
        Free();
        await TakeAsync("6.16.0");
        Assert.Equal((1, 1), (_journal.Latest(), _thinning.Dropped()));
    }

    [Fact]
    public async Task Take_WhereTheDiskIsFull_MakesRoomOfWhatWasDelivered()
    {
        for (int i = 1; i <= 4; i++)
        {
            await TakeAsync(Large(i));
            _journal.MarkDelivered(i, DateTimeOffset.UtcNow);
        }

        Fill();
        await TakeAsync(Large(5));
        Assert.Equal((5, 0, 1), (_journal.Latest(), _thinning.Dropped(), _journal.CountPending()));
        Assert.DoesNotContain("could not be journaled", _log.ToString(), StringComparison.Ordinal);
    }

    private Task TakeAsync(string release)
    {
        _source.Release = release;
        return _loop.TakeAsync(TestContext.Current.CancellationToken);
    }

    private void Fill() => _file.Run(connection => connection.Scalar<long>("PRAGMA max_page_count = 1"));

    private void Free() => _file.Run(connection => connection.Scalar<long>("PRAGMA max_page_count = 100000"));

    // Does not compress, so that it needs pages.
    private static string Large(int seed)
    {
        byte[] bytes = new byte[20_000];
        new Random(seed).NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }
}
