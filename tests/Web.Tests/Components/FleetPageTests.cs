using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Components;

public sealed class FleetPageTests : PageTestContext
{
    [Fact]
    public void Render_NoHosts_NamesTheNextCommands()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Equal(["./run", "tdxprobe run --dashboard http://localhost"], page.FindAll("button[data-copy]").Select(b => b.GetAttribute("data-copy")));
    }

    [Fact]
    public void Render_OneHost_ShowsEveryColumn()
    {
        Fleet.Report(Samples.Entry());

        IElement row = Render<FleetPage>().Find("tr[data-host]");

        Assert.Equal("/hosts/" + Samples.HostId, row.QuerySelector("a")!.GetAttribute("href"));
        foreach (string text in new[] { "ready", "rack1-a07", "EMR", "1.5.08", "256 GiB", "1 GiB", "0.39 %", "11/16", "5/64", "3 s", "live" })
        {
            Assert.Contains(text, row.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Render_DemoHost_SaysEmulatedInWords()
    {
        Fleet.Report(Samples.Entry(origin: Origin.Demo));

        IElement row = Render<FleetPage>().Find("tr[data-host]");

        Assert.Contains("emulated (demo)", row.TextContent, StringComparison.Ordinal);
        Assert.True(row.QuerySelectorAll(".mark.emulated").Length >= 4);
    }

    [Fact]
    public void Render_DemoHost_MarksTheFamilyToo()
    {
        Fleet.Report(Samples.Entry("a", "alpha", origin: Origin.Demo));
        Fleet.Report(Samples.Entry("b", "beta"));

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Single(page.FindAll("tr[data-host=a] td:nth-child(3) .mark.emulated"));
        Assert.Empty(page.FindAll("tr[data-host=b] td:nth-child(3) .mark"));
    }

    [Fact]
    public void Render_UnknownLimits_SaysOfWhatAndWhy()
    {
        Reading<int> none = Reading.Unreadable<int>("TDH.SYS.RD", "no /dev/tdxdash.", "Load the kernel module.");
        HostEntry entry = Samples.Entry();
        Fleet.Report(entry with { Summary = entry.Summary with { MaxReserved = none, MaxTdmrs = none } });

        IElement row = Render<FleetPage>().Find("tr[data-host]");

        Assert.Contains("11 of ?", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("5 of ?", row.TextContent, StringComparison.Ordinal);
        Assert.Equal(2, row.QuerySelectorAll("[title='Limit not known. TDH.SYS.RD: no /dev/tdxdash. Load the kernel module.']").Length);
    }

    [Fact]
    public void Render_EmptyName_HasALinkThatCanBeSeen()
    {
        Fleet.Report(Samples.Entry(name: " "));

        Assert.Equal("unnamed host", Render<FleetPage>().Find("tr[data-host] a").TextContent);
    }

    [Fact]
    public void Render_SilentHost_IsGreyedWithItsAge()
    {
        Fleet.Report(Samples.Entry(secondsAgo: 400));

        IElement row = Render<FleetPage>().Find("tr.silent");

        Assert.Contains("6 min ago, silent", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NewHost_AppearsWithinASecond()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Fleet.Report(Samples.Entry());
        Time.Advance(TimeSpan.FromMilliseconds(250));

        page.WaitForAssertion(() => Assert.Single(page.FindAll("tr[data-host]")));
    }

    [Fact]
    public void Report_ManyChangesAtOnce_RendersAtMostFourTimesASecond()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = Render<FleetPage>();
        int before = Fleet.Reads;

        for (int i = 0; i < 100; i++)
        {
            Fleet.Report(Samples.Entry(name: $"host-{i}"));
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        page.WaitForAssertion(() => Assert.Contains("host-9", page.Markup, StringComparison.Ordinal));
        Assert.InRange(Fleet.Reads - before, 1, 5);
    }

    [Fact]
    public void Render_FilterInUrl_ShowsOnlyMatchesAndKeepsTheText()
    {
        Fleet.Report(Samples.Entry("a", "alpha"));
        Fleet.Report(Samples.Entry("b", "beta"));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?q=BET");

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Equal("b", Assert.Single(page.FindAll("tr[data-host]")).GetAttribute("data-host"));
        Assert.Equal("BET", page.Find("#filter").GetAttribute("value"));
    }

    [Fact]
    public void Filter_Typed_GoesToTheUrl()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        page.Find("#filter").Input("xyz & more");

        Assert.EndsWith("/?q=xyz%20%26%20more", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("No host matches", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Render_SortInUrl_OrdersAndSaysSo()
    {
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Ready));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Failed));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?sort=state");

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Equal(["b", "a"], page.FindAll("tr[data-host]").Select(row => row.GetAttribute("data-host")));
        Assert.Equal("State ↑", page.Find("th[aria-sort=ascending]").TextContent.Trim());
    }

    [Fact]
    public void Report_PointerInTheTable_OrderDoesNotJumpUntilItLeaves()
    {
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Failed));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Ready));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?sort=state");
        IRenderedComponent<FleetPage> page = Render<FleetPage>();
        page.Find("[role=region]").MouseEnter();

        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Ready));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Failed));
        Time.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() => Assert.Contains("failed", page.Find("tr[data-host=b]").TextContent, StringComparison.Ordinal));
        Assert.Equal(["a", "b"], page.FindAll("tr[data-host]").Select(row => row.GetAttribute("data-host")));
        page.Find("[role=region]").MouseLeave();
        Assert.Equal(["b", "a"], page.FindAll("tr[data-host]").Select(row => row.GetAttribute("data-host")));
    }

    [Fact]
    public void Render_HostileName_StaysText()
    {
        Fleet.Report(Samples.Entry(name: "<script>alert(1)</script>"));

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Empty(page.FindAll("script"));
        Assert.Contains("<script>alert(1)</script>", page.Find("tr[data-host] a").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_OpenPage_EndsItsSubscription()
    {
        Render<FleetPage>();
        Assert.Equal(1, Fleet.Subscribers);

        await DisposeComponentsAsync();

        Assert.Equal(0, Fleet.Subscribers);
    }
}
