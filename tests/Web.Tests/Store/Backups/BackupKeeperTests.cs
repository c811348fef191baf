using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Backups;

public sealed class BackupKeeperTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 20, 15, 0, TimeSpan.Zero);

    private readonly TempFolder _data = new(), _backups = new();
    private readonly FakeTimeProvider _time = new(Start);
    private Dashboard? _dashboard;

    private BackupRule Rule => new(_backups.File("daily"), TimeSpan.FromDays(1), Keep: 2);

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _data.Dispose();
        _backups.Dispose();
    }

    [Fact]
    public async Task Make_MoreThanAreKept_RemovesTheOldestScheduledOnesAlone()
    {
        using BackupKeeper keeper = await KeeperAsync();
        Directory.CreateDirectory(Rule.Folder);
        string[] others = [Path.Combine(Rule.Folder, "tdxdash-mine.db"), Path.Combine(Rule.Folder, "notes.txt")];
        Array.ForEach(others, file => File.WriteAllText(file, ""));
        for (int day = 0; day < 4; day++)
        {
            Assert.True(keeper.Make(Rule));
            _time.Advance(Rule.Every);
        }

        Assert.Equal(["notes.txt", "tdxdash-20261129T201500Z.db", "tdxdash-20261130T201500Z.db", "tdxdash-mine.db"],
            Directory.GetFiles(Rule.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((Start.AddDays(3), (string?)null), (keeper.State.LastAt, keeper.State.Failure));
        Assert.Contains("of which the newest 2 stay. The newest is of 2026-11-30 20:15:00 UTC.", BackupText.Schedule(Rule, keeper.State), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_NoRoom_IsSaidAndRemovesNothing()
    {
        using BackupKeeper keeper = await KeeperAsync(_ => 1 << 20);

        Assert.False(keeper.Make(Rule));

        Assert.Contains("1 MiB are free", keeper.State.Failure, StringComparison.Ordinal);
        Assert.Contains("TdxDash:Backup:Keep", keeper.State.Failure, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Rule.Folder));
    }

    [Fact]
    public async Task Make_FolderThatCannotBeMade_IsSaid()
    {
        using BackupKeeper keeper = await KeeperAsync();
        await File.WriteAllTextAsync(_backups.File("daily"), "", TestContext.Current.CancellationToken);

        Assert.False(keeper.Make(Rule));

        Assert.NotNull(keeper.State.Failure);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(-30, 0)]
    [InlineData(-6, 18)]
    [InlineData(0, 24)]
    [InlineData(400, 24)]
    public void Wait_NewestBackup_IsNeverLongerThanTheTimeBetweenTwo(int? hoursFromNow, int expectedHours) =>
        Assert.Equal(TimeSpan.FromHours(expectedHours), BackupKeeper.Wait(Rule, hoursFromNow is { } hours ? Start.AddHours(hours) : null, Start));

    [Fact]
    public async Task Run_Rule_MakesOneAtOnceAndTheNextWhenItIsDue()
    {
        using BackupKeeper keeper = await KeeperAsync();
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        await WaitAsync(1);
        // The next wait begins a moment after the file is there: the clock is moved on until it has passed.
        while (new BackupFolder(Rule.Folder).Backups.Count < 2)
        {
            _time.Advance(TimeSpan.FromHours(25));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await keeper.StopAsync(TestContext.Current.CancellationToken);
        Assert.Null(keeper.State.Failure);
    }

    private async Task WaitAsync(int count)
    {
        while (new BackupFolder(Rule.Folder).Backups.Count < count)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private async Task<BackupKeeper> KeeperAsync(Func<string, long>? free = null)
    {
        _dashboard = await Dashboard.StartAsync(_data);
        DashboardOptions options = _dashboard.Service<DashboardOptions>() with { Backup = Rule };
        return free is null
            ? new BackupKeeper(_dashboard.Path, options, _time, NullLogger<BackupKeeper>.Instance)
            : new BackupKeeper(_dashboard.Path, options, _time, NullLogger<BackupKeeper>.Instance) { Free = free };
    }
}
