using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Authentication;
using TdxDash.Web.Security;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Posts JSON to addresses that an administrator set: no redirect is followed, no cookie kept, no body read, and all of it ends soon.</summary>
internal sealed class WebPost : IDisposable
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MaxReason = 300;
    private const int HeaderKiB = 16;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        // The address that was set is the one that is told: a target must not lead to another place, least of all inside this network.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = HeaderKiB,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    { Timeout = Patience };

    /// <summary>Posts a body.</summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="sign">Adds headers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when it was answered with success, else why not and what to do.</returns>
    public async Task<string?> SendAsync(Uri to, byte[] body, Action<HttpRequestHeaders> sign, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.UserAgent.ParseAdd("TdxDash");
        sign(request.Headers);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return response.IsSuccessStatusCode ? null : Reason(to, response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return FormattableString.Invariant($"{to.Host} did not answer within {Patience.TotalSeconds:0} s: see that it runs and can be reached from here.");
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is AuthenticationException
                ? $"The TLS certificate of {to.Host} is not trusted here: {ShownText.Limit(e.InnerException.Message, MaxReason)} Put its authority into this machine's trust store."
                : $"{to.Host} could not be reached: {ShownText.Limit(e.Message, MaxReason)}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static string Reason(Uri to, HttpStatusCode status) => (int)status switch
    {
        >= 300 and < 400 => $"{to.Host} answered {(int)status}, a redirect, which is not followed: set the address that it leads to.",
        401 or 403 => $"{to.Host} answered {(int)status}: look after the secret and the user.",
        404 or 410 => $"{to.Host} answered {(int)status}: look after the address.",
        429 => $"{to.Host} answered 429: it is told too much at once.",
        >= 500 => $"{to.Host} answered {(int)status}: it fails by itself; its log says how.",
        int other => $"{to.Host} answered {other}: it does not take such messages.",
    };
}
