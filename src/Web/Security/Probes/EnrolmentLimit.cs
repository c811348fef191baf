using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Security.Probes;

/// <summary>Ten enrolments or changes of a key a minute from one network address: nobody guesses a token of 256 bits, and nobody fills the audit log with trying.</summary>
internal sealed class EnrolmentLimit : IRateLimiterPolicy<IPAddress>
{
    /// <summary>The name of the policy.</summary>
    public const string Policy = "enrolment";

    /// <summary>Requests in a minute.</summary>
    public const int PerMinute = 10;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => (context, cancellation) =>
    {
        HttpResponse response = context.HttpContext.Response;
        int wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan left) ? (int)Math.Ceiling(left.TotalSeconds) : (int)Window.TotalSeconds;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers[HeaderNames.RetryAfter] = wait.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new ValueTask(response.WriteAsync($"More than {PerMinute} enrolments a minute came from this address. Try again in {wait} s.", cancellation));
    };

    /// <inheritdoc/>
    public RateLimitPartition<IPAddress> GetPartition(HttpContext httpContext) => RateLimitPartition.GetFixedWindowLimiter(
        CallerAddress.NetworkOf(httpContext.Connection.RemoteIpAddress),
        _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = Window, QueueLimit = 0 });
}
