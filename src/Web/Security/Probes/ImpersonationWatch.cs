using System.Collections.Concurrent;
using TdxDash.Web.Ingest;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Probes;

/// <summary>Notes probes that speak for hosts that are not theirs: each in the log and the audit log, and one that goes on with it once a minute with the number of times, so that it cannot fill either.</summary>
internal sealed class ImpersonationWatch(StoreWriter writer, TimeProvider time, ILogger<ImpersonationWatch> log)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<long, Noted> _noted = new();

    /// <summary>Notes one.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="claimed">The host that it spoke for, safe to show.</param>
    /// <param name="address">Where it calls from.</param>
    public void Note(ProbePrincipal probe, string claimed, string address)
    {
        Noted noted = _noted.GetOrAdd(probe.Id, _ => new Noted());
        int unnoted;
        lock (noted)
        {
            noted.Count++;
            if (noted.At is { } at && time.GetElapsedTime(at) < Quiet)
            {
                return;
            }

            (unnoted, noted.Count, noted.At) = (noted.Count - 1, 0, time.GetTimestamp());
        }

        string more = unnoted > 0 ? FormattableString.Invariant($", and {unnoted} times more since the last such line") : "";
        IngestLog.Impersonation(log, probe.Name, claimed, address, more);
        _ = new DirectWork<bool>(transaction =>
        {
            transaction.Audit(new AuditEntry(new Actor(probe.Name, address), "probe.impersonation", claimed, $"key {probe.KeyId} spoke for this host, which is not its own{more}; refused"), time.GetUtcNow());
            return true;
        }).RunAsync(writer);
    }

    private sealed class Noted
    {
        public int Count { get; set; }

        public long? At { get; set; }
    }
}
