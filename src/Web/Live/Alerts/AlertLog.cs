namespace TdxDash.Web.Live.Alerts;

/// <summary>What alerts tell the operator.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "Rules could not be held against hosts; the next try is in a second. This is a fault in TdxDash: report it with the lines below.")]
    public static partial void RoundFailed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "The alert target {Target} took no message and is tried again in {Seconds:0} s: {Reason}")]
    public static partial void NotTaken(ILogger log, string target, double seconds, string reason);

    [LoggerMessage(EventId = 402, Level = LogLevel.Information, Message = "The alert target {Target} takes messages again.")]
    public static partial void TakenAgain(ILogger log, string target);

    [LoggerMessage(EventId = 403, Level = LogLevel.Error, Message = "Messages to alert targets could not be worked off; the next try is in a second. This is a fault in TdxDash: report it with the lines below.")]
    public static partial void CourierFailed(ILogger log, Exception exception);
}
