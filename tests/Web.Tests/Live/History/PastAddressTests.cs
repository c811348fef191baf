using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.History;

/// <summary>What the dashboard answers without a page: files of a time, and differences.</summary>
public sealed class PastAddressTests
{
    [Fact]
    public async Task Get_FilesOfATime_AreOfThatTime()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        string then = await TwoSnapshotsAsync(dashboard);
        using HttpClient http = await dashboard.ClientAsync();

        Assert.Contains("host-a 6.16.0", await TextAsync(http, $"/fleet.csv?at={then}"), StringComparison.Ordinal);
        Assert.Contains("host-a 6.17.0", await TextAsync(http, "/fleet.csv"), StringComparison.Ordinal);
        Assert.Contains("\"6.16.0\"", await TextAsync(http, $"/hosts/{Dashboard.HostA}/snapshot.json?at={then}"), StringComparison.Ordinal);
        Assert.Contains("\"6.17.0\"", await TextAsync(http, $"/hosts/{Dashboard.HostA}/snapshot.json"), StringComparison.Ordinal);
        Assert.Equal("~ host.kernelRelease: 6.16.0 -> 6.17.0 [emulated]\n", await TextAsync(http, $"/compare.txt?a={Dashboard.HostA}@{then}&b={Dashboard.HostA}"));
        Assert.Contains("\"host.kernelRelease\"", await TextAsync(http, $"/compare.json?a={Dashboard.HostA}@r1&b={Dashboard.HostA}@r2"), StringComparison.Ordinal);
        string there = $"a={Dashboard.HostA}@r1&b={Dashboard.HostA}@r2", back = $"a={Dashboard.HostA}@r2&b={Dashboard.HostA}@r1";
        Assert.Equal("""[{"op":"replace","path":"/host/kernelRelease/value","value":"6.17.0"}]""", await TextAsync(http, $"/compare.patch.json?{there}"));
        Assert.Equal("""[{"op":"replace","path":"/host/kernelRelease/value","value":"6.16.0"}]""", await TextAsync(http, $"/compare.patch.json?{back}"));
        Assert.Equal("[]", await TextAsync(http, $"/compare.patch.json?a={Dashboard.HostA}&b={Dashboard.HostA}"));
        Assert.Equal("The snapshots are equal.\n", await TextAsync(http, $"/compare.txt?a={Dashboard.HostA}&b={Dashboard.HostA}"));
    }

    [Theory]
    [InlineData("/fleet.csv?at=soon", HttpStatusCode.BadRequest, "which is no time")]
    [InlineData("/hosts/x/snapshot.json?at=soon", HttpStatusCode.BadRequest, "which is no time")]
    [InlineData("/hosts/nobody/snapshot.json", HttpStatusCode.NotFound, "No host with the identity nobody")]
    [InlineData("/compare.txt?a=nobody&b=nobody", HttpStatusCode.NotFound, "No host with the identity nobody")]
    [InlineData("/compare.json?a=x", HttpStatusCode.BadRequest, "Name two snapshots")]
    [InlineData("/compare.patch.json?a=nobody&b=nobody", HttpStatusCode.NotFound, "No host with the identity nobody")]
    [InlineData("/compare.json?a=x@y&b=z", HttpStatusCode.BadRequest, "is no time")]
    public async Task Get_WhatIsNotThere_SaysWhy(string address, HttpStatusCode status, string reason)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient http = await dashboard.ClientAsync();

        using HttpResponseMessage answer = await http.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<string> TwoSnapshotsAsync(Dashboard dashboard)
    {
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.16.0")));
        HistorySpan first = (await dashboard.Service<HostHistory>().SpanAsync(Dashboard.HostA, null, TestContext.Current.CancellationToken))!;
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("6.17.0")));
        return UrlTime.Write(first.First);
    }

    private static async Task<string> TextAsync(HttpClient http, string address) => await http.GetStringAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
}
