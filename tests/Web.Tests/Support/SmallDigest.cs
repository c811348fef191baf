using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Support;

/// <summary>Digests with a summary that a test chooses.</summary>
internal static class SmallDigest
{
    /// <summary>Makes them.</summary>
    public static MakeDigest By(Func<Snapshot, HostSummary> summarise) => snapshot => new HostDigest(summarise(snapshot), HostAttributes.From(snapshot));
}
