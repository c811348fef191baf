using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Options;

namespace TdxDash.Web.Store.Backups;

/// <summary>How scheduled backups are doing.</summary>
/// <param name="LastAt">When the newest was taken, by the name of its file; null when there is none.</param>
/// <param name="LastFile">Its file.</param>
/// <param name="Report">What it holds; null where it was made before this start.</param>
/// <param name="Failure">Why the last try failed, and what to do; null when it did not.</param>
internal sealed record BackupState(DateTimeOffset? LastAt, string? LastFile, BackupReport? Report, string? Failure);

/// <summary>Makes backups by the rule that is set.</summary>
internal sealed partial class BackupKeeper(StorePath path, DashboardOptions options, TimeProvider time, ILogger<BackupKeeper> log) : BackgroundService
{
    // A backup must not be what fills the disk.
    private const long SpareBytes = 64L << 20;

    private static readonly TimeSpan TryAgain = TimeSpan.FromHours(1);

    private BackupState _state = new(null, null, null, null);

    /// <summary>How it is doing.</summary>
    public BackupState State => Volatile.Read(ref _state);

    /// <summary>How many bytes are free in a folder.</summary>
    internal Func<string, long> Free { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>How long to wait for the next backup: a file's time may be wrong or ahead, as clocks may be, but no wait is longer than the time between two.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="last">When the newest was taken; null when there is none.</param>
    /// <param name="now">The time.</param>
    internal static TimeSpan Wait(BackupRule rule, DateTimeOffset? last, DateTimeOffset now) =>
        last is { } at ? TimeSpan.FromTicks(Math.Clamp((at + rule.Every - now).Ticks, 0, rule.Every.Ticks)) : TimeSpan.Zero;

    /// <summary>Makes one now, and removes those beyond the rule. What goes wrong is logged and shown.</summary>
    /// <returns>Whether it was made.</returns>
    internal bool Make(BackupRule rule)
    {
        var folder = new BackupFolder(rule.Folder);
        try
        {
            folder.Make();
            Require(rule.Folder);
            DateTimeOffset now = time.GetUtcNow();
            string file = folder.FileFor(now);
            long began = time.GetTimestamp();
            BackupReport report = StoreBackup.Write(path, file, now);
            Made(log, file, report.Hosts, report.Snapshots, new ByteSize((ulong)report.Bytes), time.GetElapsedTime(began).TotalSeconds);
            Volatile.Write(ref _state, new BackupState(now, file, report, null));
            if (folder.Thin(rule.Keep, now) is var removed and > 0)
            {
                Thinned(log, removed, rule.Keep);
            }

            return true;
        }
        catch (Exception e) when (e is StartRefusedException or IOException or UnauthorizedAccessException or SqliteException)
        {
            Failed(log, e.Message, e);
            Volatile.Write(ref _state, State with { Failure = e.Message });
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start itself is not held up.
        await Task.Yield();
        if (options.Backup is not { } rule)
        {
            return;
        }

        try
        {
            Find(rule);
            for (TimeSpan wait = Wait(rule, State.LastAt, time.GetUtcNow()); ; wait = Make(rule) || rule.Every < TryAgain ? rule.Every : TryAgain)
            {
                await Task.Delay(wait, time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // A backup that is due is made after the next start.
        }
    }

    // A folder that cannot be read is told of as one that cannot be written: the dashboard serves without.
    private void Find(BackupRule rule)
    {
        try
        {
            if (new BackupFolder(rule.Folder).Backups is [var newest, ..])
            {
                Volatile.Write(ref _state, new BackupState(newest.At, newest.File, null, null));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(log, e.Message, e);
            Volatile.Write(ref _state, State with { Failure = e.Message });
        }
    }

    private void Require(string folder)
    {
        using SqliteConnection connection = path.OpenReader();
        long used = (connection.QuerySingle<long>("PRAGMA page_count") - connection.QuerySingle<long>("PRAGMA freelist_count")) * connection.QuerySingle<long>("PRAGMA page_size");
        if (Free(folder) is var free && free < used + SpareBytes)
        {
            throw new IOException($"A backup needs {new ByteSize((ulong)(used + SpareBytes))} in {folder}, and {new ByteSize((ulong)free)} are free. "
                + "Free some space, keep fewer with TdxDash:Backup:Keep, or name another folder with TdxDash:Backup:Folder.");
        }
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Information, Message = "Backup {File}: {Hosts} hosts, {Snapshots} snapshots, {Size}, checked, in {Seconds:F1} s.")]
    private static partial void Made(ILogger log, string file, long hosts, long snapshots, ByteSize size, double seconds);

    [LoggerMessage(EventId = 421, Level = LogLevel.Information, Message = "{Count} backups beyond the newest {Keep} were removed.")]
    private static partial void Thinned(ILogger log, int count, int keep);

    [LoggerMessage(EventId = 422, Level = LogLevel.Error, Message = "The scheduled backup was not made; the next try is within an hour: {Reason}")]
    private static partial void Failed(ILogger log, string reason, Exception exception);
}
