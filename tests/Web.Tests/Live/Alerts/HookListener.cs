using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TdxDash.Web.Tests.Live.Alerts;

/// <summary>What somebody posted.</summary>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
internal sealed record HookRequest(IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A server that takes posts and answers what a test wants.</summary>
internal sealed class HookListener : IAsyncDisposable
{
    /// <summary>What its answers say, which nobody is to show.</summary>
    public const string Secret = "<b>inside</b>";

    private readonly WebApplication _app;

    private HookListener(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single() + "/hook";

    public ConcurrentQueue<HookRequest> Requests { get; } = [];

    /// <summary>The status codes of the next answers; 200 after them.</summary>
    public ConcurrentQueue<int> Answers { get; } = [];

    public static async Task<HookListener> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var listener = new HookListener(app);
        app.Run(listener.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return listener;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new HookRequest(context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        context.Response.StatusCode = Answers.TryDequeue(out int status) ? status : StatusCodes.Status200OK;
        if (context.Response.StatusCode is >= 300 and < 400)
        {
            context.Response.Headers.Location = "/elsewhere";
        }

        await context.Response.WriteAsync(Secret);
    }
}
