using TdxDash.Tdx.Reinit;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Live.Hubs;

/// <summary>What somebody wants to hear of: exactly one of the three.</summary>
public sealed record LiveScope
{
    /// <summary>True for every host, those included that come later.</summary>
    public bool All { get; init; }

    /// <summary>The hosts of a group, as it is at each moment.</summary>
    public string? Group { get; init; }

    /// <summary>One host's identity, a GUID in its 36-character form.</summary>
    public string? Host { get; init; }
}

/// <summary>One observation with what follows from it.</summary>
/// <param name="Revision">The store's number; rises over all hosts. Resuming from it gives what came after it.</param>
/// <param name="HostId">The host.</param>
/// <param name="BootId">The boot.</param>
/// <param name="Sequence">The probe's number.</param>
/// <param name="ReceivedAt">When it was received, by the dashboard's clock.</param>
/// <param name="Observation">The observation, as the probe sent it.</param>
/// <param name="Run">What the host is in: <c>Boot</c> or <c>Update</c>; empty where nothing has begun.</param>
/// <param name="Stage">The stage that goes on, or where it failed; empty where none does.</param>
/// <param name="Outcome"><c>Running</c>, <c>Initialised</c>, <c>Verified</c> or <c>Failed</c>; empty where nothing has begun.</param>
/// <param name="Advice">After a failure <c>Safe</c>, <c>CheckModule</c>, <c>Reboot</c> or <c>FollowRemedy</c>; else empty.</param>
/// <param name="IsEmulated">Whether any part of the run was emulated.</param>
public sealed record LiveRecord(
    long Revision, string HostId, string BootId, long Sequence, DateTimeOffset ReceivedAt, ReinitObservation Observation, string Run, string Stage, string Outcome, string Advice, bool IsEmulated)
{
    internal static LiveRecord Of(ReinitNews news)
    {
        (ReinitEvent seen, ReinitRun? run) = (news.Event, news.After.Latest);
        return new LiveRecord(seen.Revision, seen.HostId, seen.BootId, seen.Sequence, seen.ReceivedAt, seen.Seen,
            run?.Kind.ToString() ?? "", (run?.Failure?.Stage ?? run?.Current?.Stage)?.ToString() ?? "", run?.Outcome.ToString() ?? "", run?.Failure?.Advice.ToString() ?? "", run?.IsEmulated ?? false);
    }
}

/// <summary>What is kept of observations.</summary>
/// <param name="Oldest">The lowest revision that is kept; 0 where nothing is.</param>
/// <param name="Newest">The highest one.</param>
public sealed record LiveRevisions(long Oldest, long Newest);
