using TdxDash.Tdx.Readiness;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What lists and time lines need of a snapshot, so that they need not open it.</summary>
/// <param name="Summary">The values of a fleet row.</param>
/// <param name="Attributes">The values that rarely change.</param>
public sealed record HostDigest(HostSummary Summary, HostAttributes Attributes)
{
    /// <summary>Works it out.</summary>
    public static HostDigest From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        // Understanding the kernel log and the metadata is most of the work, and both need it.
        var evidence = new ReadinessEvidence(snapshot);
        return new HostDigest(HostSummary.From(evidence), HostAttributes.From(snapshot, evidence.AnyIdentity));
    }
}
