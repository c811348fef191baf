using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Ingest;

/// <summary>Lets new connections of probes in one after the other at the rate of <see cref="Admission"/>: before it, a fleet that comes back at once would have all its
/// connections set up together, and no page would be answered meanwhile.</summary>
internal static class ProbeGate
{
    /// <summary>The name of the policy.</summary>
    public const string Policy = "probes";

    /// <summary>The name of the policy for challenges, which probes wait for in the same way: who has one finds room for its connection.</summary>
    public const string Challenges = "challenges";

    // A probe gives up after a minute: who would wait for longer is sent away, and comes again after its own delay, not the one that it is told for proxies and scripts.
    private const int MostWaitSeconds = 50;

    /// <summary>Adds the policy.</summary>
    public static void Add(IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
        limits.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers[HeaderNames.RetryAfter] = MostWaitSeconds.ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        limits.AddPolicy(Policy, context => context.Request.Query["id"].ToString().Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<NegotiateMetadata>() is null
            // A message or a poll of a connection that is there.
            ? RateLimitPartition.GetNoLimiter("established")
            : InTurn("new"));
        limits.AddPolicy(Challenges, _ => InTurn("challenges"));
        limits.AddPolicy<System.Net.IPAddress, EnrolmentLimit>(EnrolmentLimit.Policy);
    });

    private static RateLimitPartition<string> InTurn(string name) => RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = Admission.PerSecond / 4,
        TokensPerPeriod = Admission.PerSecond / 10,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = Admission.PerSecond * MostWaitSeconds,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        AutoReplenishment = true,
    });
}
