using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>The compare page over a real store.</summary>
public sealed class ComparePageTests : HistoryTestContext
{
    private static readonly string A = HistoryStore.HostId(1);
    private static readonly string B = HistoryStore.HostId(2);

    [Fact]
    public async Task Render_TwoTimesOfAHost_ShowsWhatChanged()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(1, 2, HistoryStore.Start.AddHours(1), SmallSnapshot.Make("6.17.0", "host-1"));

        IRenderedComponent<ComparePage> page = Open($"a={A}@2026-03-01T00:30:00Z&b={A}");

        IElement row = Assert.Single(page.FindAll("tr[data-change]"));
        Assert.Equal("d-host.kernelRelease", row.Id);
        Assert.Equal(["~", "6.16.0", "6.17.0"], [row.QuerySelector("a")!.TextContent, .. row.QuerySelectorAll("td.side").Select(cell => cell.TextContent)]);
        Assert.Equal("1 difference", page.Find("b[role=status]").TextContent);
        Assert.Empty(page.FindAll("details.rules"));
        Assert.EndsWith("#d-host.kernelRelease", row.QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.StartsWith($"/compare.txt?a={A}", page.Find("[data-copy-from]").GetAttribute("data-copy-from"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_SnapshotThatRetentionRemoved_SaysSo()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start);
        await Store.InsertAsync(1, 2, HistoryStore.Start.AddHours(1));
        await new RetentionWork(UnixTime.ToMicroseconds(HistoryStore.Start.AddHours(1)) + 1, 0).RunAsync(Store.Writer);

        Assert.Contains("The snapshot with the revision 1 was removed by retention", Open($"a={A}@r1&b={A}@r2").Markup, StringComparison.Ordinal);
        Assert.Contains("has no snapshot with the revision 3", Open($"a={A}@r3&b={A}@r2").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_TwoHosts_LeavesOutWhatIsExpectedAndShowsItOnDemand()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(2, 1, HistoryStore.Start, SmallSnapshot.Make("6.17.0", "host-2"));

        IRenderedComponent<ComparePage> page = Open($"a={A}&b={B}");
        Assert.Equal(["d-host.kernelRelease"], page.FindAll("tr[data-change]").Select(row => row.Id));
        Assert.Contains("1 expected difference left out", page.Find("details.rules summary").TextContent, StringComparison.Ordinal);

        string off = page.FindAll("details.rules a")[0].GetAttribute("href")!;
        Assert.Equal($"/compare?a={A}&b={B}&show=name", off);
        Open(off["/compare?".Length..]).WaitForAssertion(() => Assert.Equal(2, Rendered!.FindAll("tr[data-change]").Count));
    }

    [Fact]
    public async Task Render_ThreeHosts_ShowsThemBesideEachOther()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(2, 1, HistoryStore.Start, SmallSnapshot.Make("6.16.0", "host-2"));
        await Store.InsertAsync(3, 1, HistoryStore.Start, SmallSnapshot.Make("6.17.0", "host-3"));

        IRenderedComponent<ComparePage> page = Open($"a={A}&b={B}&c={HistoryStore.HostId(3)}");

        Assert.Equal(["host.kernelRelease", "6.16.0", "like A", "6.17.0"], page.FindAll("tbody tr").Single().Children.Select(cell => cell.TextContent.Trim()));
    }

    [Theory]
    [InlineData("a=nobody&b=nobody", "No host with the identity nobody has reported")]
    [InlineData("a=x@@&b=y", "is no time")]
    public void Render_WhatIsNotThere_IsNamedAndThePageStands(string query, string problem)
    {
        IRenderedComponent<ComparePage> page = Open(query);

        Assert.Contains(problem, page.Find(".problems").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("form input"));
    }

    [Fact]
    public async Task Render_TimeBeforeTheFirstSnapshot_SaysWhenThatCame()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start);

        IRenderedComponent<ComparePage> page = Open($"a={A}@2025-01-01&b={A}");

        Assert.Contains("its first snapshot came at 2026-03-01 00:00:00 UTC", page.Find(".problems").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_HostileText_StaysText()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(1, 2, HistoryStore.Start.AddHours(1), SmallSnapshot.Make("<img src=x onerror=alert(1)>", "host-1"));

        IRenderedComponent<ComparePage> page = Open($"a={A}@r1&b={A}@r2");

        Assert.Empty(page.FindAll("img"));
        Assert.Contains("<img src=x onerror=alert(1)>", page.Find("tr[data-change]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_TwoNames_GoesToTheirComparison()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start);
        await Store.InsertAsync(2, 1, HistoryStore.Start);
        IRenderedComponent<ComparePage> page = Open("");
        IReadOnlyList<IElement> fields = [.. page.FindAll("form input")];
        fields[0].Change(Store.Fleet.Find(A)!.Summary.Name);
        page.FindAll("form input")[2].Change(B);

        page.Find("form").Submit();

        Assert.EndsWith($"/compare?a={A}&b={B}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    private IRenderedComponent<ComparePage>? Rendered { get; set; }

    private IRenderedComponent<ComparePage> Open(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/compare?" + query);
        Rendered = Render<ComparePage>();
        Rendered.WaitForState(() => Rendered.FindAll("[aria-busy=true]").Count == 0, TimeSpan.FromSeconds(10));
        return Rendered;
    }
}
