namespace TdxDash.Web.Store;

/// <summary>What the store tells the operator.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "The database is {Name} (schema {Schema}, {Library}).")]
    public static partial void Opened(ILogger log, string name, int schema, string library);

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "The database was migrated; the file as it was before is {Backup}. Delete it when you no longer need it.")]
    public static partial void Migrated(ILogger log, string backup);

    [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "{Count} entries were not stored and will be sent again by their probes: {Reason}")]
    public static partial void CommitFailed(ILogger log, int count, string reason, Exception exception);

    [LoggerMessage(EventId = 103, Level = LogLevel.Error, Message = "A stored snapshot could not be shown at once; reload the page. This is a fault in TdxDash: report it with the lines below.")]
    public static partial void FeedFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 104, Level = LogLevel.Error, Message = "The latest snapshot of host {HostId} ({Hash}) cannot be read: {Reason}")]
    public static partial void LatestUnreadable(ILogger log, string hostId, string hash, string reason, Exception? exception);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "Snapshots could not be compared with those before them; the next try is in {Seconds} s. Their pages show no changes until then.")]
    public static partial void ComparisonFailed(ILogger log, double seconds, Exception exception);

    [LoggerMessage(EventId = 106, Level = LogLevel.Information, Message = "The database is sound: its structure, and {Bodies} snapshots against their hashes, in {Seconds:F1} s.")]
    public static partial void Sound(ILogger log, long bodies, double seconds);

    [LoggerMessage(EventId = 107, Level = LogLevel.Error, Message = "The database is damaged in {Count} places; the first: {Finding}")]
    public static partial void Damaged(ILogger log, int count, string finding);

    [LoggerMessage(EventId = 108, Level = LogLevel.Error, Message = "The database could not be checked; the next check is in a day.")]
    public static partial void CheckFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 109, Level = LogLevel.Information, Message = "Retention removed {Count} snapshots that gave way to newer ones before {Before:u}, and {Events} observations of earlier boots.")]
    public static partial void Retained(ILogger log, long count, long events, DateTimeOffset before);

    [LoggerMessage(EventId = 110, Level = LogLevel.Error, Message = "Retention could not be applied; the next try is in an hour.")]
    public static partial void RetentionFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 111, Level = LogLevel.Warning, Message = "Nothing is removed by age for now, because the clock is not believed: {Reason}. What is removed does not come back. "
        + "Retention by age goes on once the clock has run for a day without being set; set it right before.")]
    public static partial void RetentionHeld(ILogger log, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Information, Message = "The clock has run for a day without being set: retention by age goes on.")]
    public static partial void RetentionGoesOn(ILogger log);

    [LoggerMessage(EventId = 113, Level = LogLevel.Warning, Message = "The {Name} does not answer: the dashboard stops without storing {Count} entries and those of the commit under way. None of them was acknowledged; probes send theirs again.")]
    public static partial void StopGivenUp(ILogger log, string name, int count);

    [LoggerMessage(EventId = 114, Level = LogLevel.Warning, Message = "Memory that the store does not use could not be given back: {Reason}")]
    public static partial void SpareFailed(ILogger log, string reason);
}
