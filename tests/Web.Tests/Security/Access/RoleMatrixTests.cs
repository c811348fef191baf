using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Security;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>Every way in, and who gets through it.</summary>
public sealed class RoleMatrixTests
{
    // What is open to everybody, and nothing else: assets, the health check, what signs people in, and what probes need before they are known.
    private static readonly string[] Open =
        ["/healthz", "/readyz", "/sign-in", "/welcome", "/hubs/probe/challenge", "/hubs/probe/enroll"];

    [Fact]
    public async Task Endpoint_OfAnyKind_NamesAPolicyOrIsOneOfThoseThatAreOpen()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        RouteEndpoint[] endpoints = [.. dashboard.Service<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
        string[] unguarded = [.. endpoints
            .Where(endpoint => endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().All(data => data.Policy is null))
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<ProbeDoor>() is null && !IsFileThatIsNotThere(endpoint))
            .Select(Pattern)];
        string[] open = [.. endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null && !IsAsset(endpoint)).Select(Pattern).Distinct().Order(StringComparer.Ordinal)];

        string[] probes = [.. endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<ProbeDoor>() is not null).Select(Pattern).Order(StringComparer.Ordinal)];

        Assert.Empty(unguarded);
        Assert.Equal(["/hubs/probe", "/hubs/probe/negotiate", "/hubs/probe/self"], probes);
        Assert.Equal(Open.Order(StringComparer.Ordinal), open);
        Assert.True(endpoints.Length > 30, $"only {endpoints.Length} endpoints");
    }

    [Fact]
    public async Task Get_OfEachRole_IsAnsweredAsTheMatrixSays()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        Role?[] roles = [null, Role.Viewer, Role.Operator, Role.Administrator];
        var clients = new List<HttpClient>();
        foreach (Role? role in roles)
        {
            clients.Add(role is { } known ? await dashboard.ClientAsync(new Grant(known, null)) : new HttpClient { BaseAddress = dashboard.Address });
        }

        foreach ((string path, Role least) in Matrix())
        {
            for (int i = 0; i < roles.Length; i++)
            {
                using HttpResponseMessage answer = await clients[i].GetAsync(path, TestContext.Current.CancellationToken);
                HttpStatusCode expected = roles[i] is null ? HttpStatusCode.Unauthorized : roles[i] >= least ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
                AssertHeaders(answer);
                Assert.True(expected == answer.StatusCode, $"{path} for {roles[i]?.ToString() ?? "nobody"}: {answer.StatusCode}, not {expected}");
            }
        }

        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Viewer_OfAGroup_SeesItsHostsAndNoOthers()
    {
        const string HostB = "bbbbbbbb-0000-0000-0000-000000000002";
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(HostB, "host-b"), SmallSnapshot.Envelope(1, SmallSnapshot.Make(name: "host-b")));
        Assert.True(LabelText.TryParse("lab", out LabelText lab));
        Assert.Null(await dashboard.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [HostB] = HostLabels.None with { Group = lab } }, Components.Samples.By, TestContext.Current.CancellationToken));
        using HttpClient client = await dashboard.ClientAsync(new Grant(Role.Viewer, lab));
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        foreach (string path in new[] { "/fleet.json", "/fleet.csv", "/palette.json?q=host", "/planner/fleet.csv", "/", "/history", "/live", "/compare", "/planner/fleet", "/metrics", "/alerts", "/api/v1/hosts" })
        {
            string text = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
            Assert.False(text.Contains("host-a", StringComparison.Ordinal) || text.Contains(Dashboard.HostA, StringComparison.Ordinal), $"{path} tells of host-a");
        }

        Assert.Contains("host-b", await client.GetStringAsync("/fleet.json", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("No host with the identity", await client.GetStringAsync($"/hosts/{Dashboard.HostA}", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using HttpResponseMessage snapshot = await client.GetAsync($"/hosts/{Dashboard.HostA}/snapshot.json", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, snapshot.StatusCode);
    }

    // Of every answer, whatever it says.
    private static void AssertHeaders(HttpResponseMessage answer)
    {
        Assert.Equal(SecurityHeaders.ContentSecurityPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.True(answer.Headers.Contains("Permissions-Policy"));
        Assert.False(answer.Headers.Contains("Server") || answer.Headers.Contains("X-Powered-By"));
        foreach (string cookie in answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set : [])
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite", cookie, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static (string Path, Role Least)[] Matrix() =>
    [
        ("/", Role.Viewer),
        ($"/hosts/{Dashboard.HostA}", Role.Viewer),
        ($"/hosts/{Dashboard.HostA}/memory", Role.Viewer),
        ($"/hosts/{Dashboard.HostA}/history", Role.Viewer),
        ("/history", Role.Viewer),
        ("/compare", Role.Viewer),
        ("/planner", Role.Viewer),
        ("/planner/fleet", Role.Viewer),
        ("/live", Role.Viewer),
        ("/docs/layout", Role.Viewer),
        ("/account", Role.Viewer),
        ("/fleet.csv", Role.Viewer),
        ("/fleet.json", Role.Viewer),
        ("/palette.json", Role.Viewer),
        ("/metrics", Role.Viewer),
        ("/alerts", Role.Viewer),
        ("/catalogue", Role.Viewer),
        ("/docs/api", Role.Viewer),
        ("/api/v1/hosts", Role.Viewer),
        ("/api/v1/groups", Role.Viewer),
        ("/import", Role.Operator),
        ("/store", Role.Administrator),
        ("/probes", Role.Administrator),
        ("/accounts", Role.Administrator),
        ("/audit", Role.Administrator),
        ("/audit.csv", Role.Administrator),
        ("/audit.json", Role.Administrator),
    ];

    private static string Pattern(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText?.TrimStart('/');

    // What a build folder answers for a file that is not among its assets; it asks for the policy of everything that names none.
    private static bool IsFileThatIsNotThere(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText == "{**path:file}";

    // Each file is an endpoint of its own; they lie in folders that hold nothing else.
    private static bool IsAsset(RouteEndpoint endpoint) => endpoint.Metadata.Any(data => data.GetType().Name == "StaticAssetDescriptor");
}
