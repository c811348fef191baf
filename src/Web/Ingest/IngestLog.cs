namespace TdxDash.Web.Ingest;

/// <summary>What the intake tells the operator.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Probe {ProbeVersion} of host {HostName} ({HostId}) is connected.")]
    public static partial void Connected(ILogger log, string probeVersion, string hostName, string hostId);

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "A probe was refused: {Reason}")]
    public static partial void Refused(ILogger log, string reason);

    [LoggerMessage(EventId = 202, Level = LogLevel.Warning, Message = "A snapshot of host {HostId} (sequence {Sequence}) was rejected and nothing of it stored: {Reason}")]
    public static partial void Rejected(ILogger log, string hostId, long sequence, string reason);

    [LoggerMessage(EventId = 207, Level = LogLevel.Warning, Message = "Observations of host {HostId} from {Sequence} on were rejected and nothing of them stored: {Reason}")]
    public static partial void ObservationsRejected(ILogger log, string hostId, long sequence, string reason);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "A snapshot of host {HostId} was put off: {Reason}")]
    public static partial void Deferred(ILogger log, string hostId, string reason);

    // Thousands of lines a second, where a fleet comes back.
    [LoggerMessage(EventId = 209, Level = LogLevel.Debug, Message = "{Count} snapshots of host {HostId} were put off: {Reason}")]
    public static partial void PutOff(ILogger log, int count, string hostId, string reason);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "A snapshot of host {HostId} (sequence {Sequence}) met a fault in TdxDash; its probe keeps it. Report it with the lines below.")]
    public static partial void Fault(ILogger log, string hostId, long sequence, Exception exception);

    [LoggerMessage(EventId = 208, Level = LogLevel.Warning, Message = "{Probe} at {Address} spoke for host {HostId}, which is not its own, and was refused{More}. If nobody mistook a state folder, revoke it on the page Probes.")]
    public static partial void Impersonation(ILogger log, string probe, string hostId, string address, string more);

    [LoggerMessage(EventId = 205, Level = LogLevel.Warning, Message = "A page of {Origin} called a socket of {Host} and was refused. If that is the dashboard's own address behind a proxy, let the proxy pass the Host header on.")]
    public static partial void ForeignOrigin(ILogger log, string origin, string host);
}
