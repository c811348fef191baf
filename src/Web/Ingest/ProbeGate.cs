using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Ingest;

/// <summary>How many newcomers are attended to in a second, the others waiting for their turn: before it, a fleet that comes back at once would have all its connections set up together,
/// and no page would be answered meanwhile.</summary>
internal static class ProbeGate
{
    /// <summary>The name of the policy for challenges, which probes wait for as they do at <see cref="ProbeDoor"/>: who has one finds room for its connection.</summary>
    public const string Challenges = "challenges";

    // A probe gives up after a minute: who would wait for longer is sent away, and comes again after its own delay, not the one that it is told for proxies and scripts.
    private const int MostWaitSeconds = 50;

    /// <summary>Adds the policy.</summary>
    public static void Add(IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
        limits.OnRejected = (context, _) =>
        {
            SendAway(context.HttpContext.Response);
            return ValueTask.CompletedTask;
        };
        limits.AddPolicy(Challenges, _ => RateLimitPartition.GetTokenBucketLimiter(Challenges, _ => InTurn()));
        limits.AddPolicy<System.Net.IPAddress, EnrolmentLimit>(EnrolmentLimit.Policy);
    });

    /// <summary>At the rate of <see cref="Admission"/>, and the longest queue.</summary>
    public static TokenBucketRateLimiterOptions InTurn() => new()
    {
        TokenLimit = Admission.PerSecond / 4,
        TokensPerPeriod = Admission.PerSecond / 10,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = Admission.PerSecond * MostWaitSeconds,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        AutoReplenishment = true,
    };

    /// <summary>Answers one for whom there is no room.</summary>
    public static void SendAway(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers[HeaderNames.RetryAfter] = MostWaitSeconds.ToString(CultureInfo.InvariantCulture);
    }
}
