using System.Net;
using Microsoft.AspNetCore.Http;
using TdxDash.Web.Security;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security;

public sealed class WebSetupTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/nowhere")]
    public async Task Get_AnyAddress_CarriesTheSecurityHeaders(string address)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient client = await dashboard.ClientAsync();

        using HttpResponseMessage response = await client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(SecurityHeaders.ContentSecurityPolicy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("text/html,*/*", "There is no such page")]
    [InlineData("application/json", "")]
    public async Task Get_AddressThatNamesNothing_SaysSoToBrowsers(string accepts, string says)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient client = await dashboard.ClientAsync();
        client.DefaultRequestHeaders.Add("Accept", accepts);

        using HttpResponseMessage response = await client.GetAsync("/nowhere", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(says.Length > 0, body.Contains("There is no such page", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/favicon.svg", "<svg")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css", ".mud-")]
    [InlineData("/_framework/blazor.web.js", "Blazor")]
    public async Task Get_StaticAsset_IsServed(string address, string expected)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient client = await dashboard.ClientAsync();

        using HttpResponseMessage response = await client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_HostOfAnotherName_IsRefused()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient client = await dashboard.ClientAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "rebound.example" } };

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:8080", true)]
    [InlineData("https://dash.example", "dash.example", true)]
    [InlineData("https://DASH.example:443", "dash.example", true)]
    [InlineData("http://127.0.0.1:8081", "127.0.0.1:8080", false)]
    [InlineData("https://evil.example", "dash.example", false)]
    [InlineData("null", "dash.example", false)]
    [InlineData("file:///dash.example", "dash.example", false)]
    public void Holds_Origin_IsWhetherThePageIsTheDashboards(string origin, string host, bool same) =>
        Assert.Equal(same, SameOrigin.Holds(origin, new HostString(host)));

    [Theory]
    [InlineData("node-1", 255, "node-1")]
    [InlineData("<script>", 255, "<script>")]
    [InlineData("a\nb\u200Fc", 255, "a\uFFFDb\uFFFDc")]
    [InlineData(" ~", 2, " ~")]
    [InlineData("a\u007Fb", 255, "a\uFFFDb")]
    [InlineData("é\u001Fb", 255, "é\uFFFDb")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("ab\U0001F600cd", 4, "ab…")]
    public void Limit_Text_KeepsWhatCanBeShown(string text, int max, string expected) => Assert.Equal(expected, ShownText.Limit(text, max));

    [Fact]
    public void Limit_LoneSurrogate_IsReplaced() => Assert.Equal("a\uFFFDb", ShownText.Limit("a\uD800b", 255));
}
