using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.DemoFleet;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>A dashboard with demo hosts over their year, and events of two of them. A request can say what its caller may do.</summary>
public sealed class ApiSite : IAsyncLifetime
{
    public const int Hosts = 6;

    /// <summary>The header that makes a caller: <c>NAME viewer:lab operator:*</c>.</summary>
    public const string CallerHeader = "X-Test-Caller";

    private readonly TempFolder _folder = new();

    internal Dashboard Dashboard { get; private set; } = null!;

    internal HttpClient Http { get; } = new();

    internal static string Host(int number) => new DemoHost(number).Id;

    public async ValueTask InitializeAsync()
    {
        Dashboard = await Dashboard.StartAsync(_folder, summarise: HostSummary.From, replace: services => services.AddSingleton<IStartupFilter, TestCallers>());
        Http.BaseAddress = Dashboard.Address;
        Http.DefaultRequestHeaders.Add(CallerHeader, "tester administrator:*");
        var shapes = new DemoShapes();
        for (int number = 0; number < Hosts; number++)
        {
            var host = new DemoHost(number);
            HubConnection probe = await Dashboard.ConnectAsync(host.Id, host.Name);
            long sequence = 0;
            foreach (DemoMoment moment in DemoYear.Of(host, shapes))
            {
                SnapshotEnvelope envelope = SmallSnapshot.Envelope(++sequence, moment.Snapshot) with { BootId = host.BootId(moment.Boot) };
                Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, envelope)).Outcome);
            }

            if (number < 2)
            {
                var batch = new ObservationBatch(host.BootId(99), [.. Updates.Whole(HistoryStore.Start).Select((seen, i) => new WireObservation(i + 1, seen))]);
                Assert.Equal(DeliveryOutcome.Stored, (await probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch)).Outcome);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Dashboard.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Sends a request.</summary>
    internal async Task<ApiReply> SendAsync(HttpMethod method, string path, object? body = null, string? caller = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : body as HttpContent ?? JsonContent.Create(body) };
        foreach ((string name, string value) in caller is null ? headers : [.. headers, (CallerHeader, caller)])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await Http.SendAsync(request, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new ApiReply(answer.StatusCode, bytes, answer.Headers.ETag?.Tag ?? "", answer.Content.Headers.ContentType?.MediaType ?? "",
            answer.Headers.TryGetValues("Link", out IEnumerable<string>? links) ? links.Single() : "", answer.Headers.Location?.ToString() ?? "");
    }

    /// <summary>Gets a resource that is there.</summary>
    internal async Task<JsonNode> GetAsync(string path, string? caller = null)
    {
        ApiReply reply = await SendAsync(HttpMethod.Get, path, caller: caller);
        Assert.True(reply.Status == HttpStatusCode.OK, $"{path}: {reply.Status} {reply.Text}");
        return reply.Json;
    }

    /// <summary>All items of a list, page by page.</summary>
    internal async Task<List<JsonNode>> AllAsync(string path, int limit)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            JsonNode page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.InRange(page["items"]!.AsArray().Count, 0, limit);
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);
        return items;
    }

    private sealed class TestCallers : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (context.Request.Headers[CallerHeader].ToString() is { Length: > 0 } caller)
                {
                    string[] parts = caller.Split(' ');
                    context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, parts[0]), .. parts.Skip(1).Select(grant => new Claim(Rights.Claim, grant))], "test"));
                }

                return following(context);
            });
            next(app);
        };
    }
}

/// <summary>An answer of the API.</summary>
internal sealed record ApiReply(HttpStatusCode Status, byte[] Body, string Tag, string Type, string Link, string Location)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>What the caller is told of an error, once it is known to be one in the right form.</summary>
    public string Problem(HttpStatusCode status)
    {
        Assert.True(status == Status, $"{Status} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", Type);
        Assert.Equal((int)status, (int)Json["status"]!);
        Assert.StartsWith("urn:tdxdash:problem:", (string?)Json["type"], StringComparison.Ordinal);
        return (string)Json["detail"]!;
    }
}
