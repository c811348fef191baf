using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TdxDash.Web.Security;

/// <summary>Cuts off who sends a request or takes in an answer so slowly that only the connection is held: a few thousand of those would leave
/// none for probes and people. The limits are stated here, so that no other version of the server changes them unnoticed.</summary>
internal static class SlowClients
{
    // Browsers and probes send their headers in one piece; a lost packet comes again within seconds.
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);

    // A proxy in front keeps idle connections for a minute or more, and should be the one that closes them.
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(130);

    // What a link that is alive at all manages. It holds for forms and for messages of long polling; a WebSocket may be silent, and is judged by its own pings.
    private static readonly MinDataRate Sent = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    // Counted from what was handed to the system, whose buffers take megabytes: a large export that nobody takes in is held for some twenty minutes at this
    // rate, and would be for hours at the one above. It holds for WebSockets too.
    private static readonly MinDataRate TakenIn = new(bytesPerSecond: 2_048, gracePeriod: TimeSpan.FromSeconds(5));

    /// <summary>Sets the limits. The number of connections has none: it would let a few slow clients lock all others out, whom these times let in.</summary>
    public static void Limit(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = HeadersWithin;
        limits.KeepAliveTimeout = IdleFor;
        limits.MinRequestBodyDataRate = Sent;
        limits.MinResponseDataRate = TakenIn;
    }
}
