using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Net.Http.Headers;

namespace TdxDash.Web.Api.Rest;

/// <summary>How often one caller may ask: more than any script needs, and no more than the dashboard answers beside its pages.</summary>
internal sealed class ApiLimit : IRateLimiterPolicy<string>
{
    /// <summary>The name of the policy.</summary>
    public const string Name = "api";

    /// <summary>Requests that a caller may send at once.</summary>
    public const int Burst = 400;

    /// <summary>Requests a second that a caller may go on with.</summary>
    public const int PerSecond = 100;

    private const int Pieces = 10;

    /// <inheritdoc/>
    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected { get; } = async (context, _) =>
    {
        HttpContext http = context.HttpContext;
        http.Response.Headers[HeaderNames.RetryAfter] = (Burst / PerSecond).ToString(CultureInfo.InvariantCulture);
        await ApiErrors.WriteAsync(http, Problems.OfStatus(StatusCodes.Status429TooManyRequests, http.Request.Method, http.Request.Path));
    };

    /// <inheritdoc/>
    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.GetTokenBucketLimiter(
        httpContext.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : $"from {httpContext.Connection.RemoteIpAddress}",
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst,
            TokensPerPeriod = PerSecond / Pieces,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1) / Pieces,
            QueueLimit = 0,
            AutoReplenishment = true,
        });
}
