using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Components;

public sealed class FleetPageTests : PageTestContext
{
    [Fact]
    public void Render_NoHosts_NamesTheNextCommands()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Equal(["./run", "tdxprobe enroll http://localhost TOKEN", "tdxprobe run"], page.FindAll("button[data-copy]").Select(b => b.GetAttribute("data-copy")));
    }

    [Fact]
    public void Render_OneHost_ShowsEveryColumn()
    {
        Fleet.Report(Samples.Entry());

        IElement row = RenderFilled().Find("tr.host-row");

        Assert.Equal("/hosts/" + Samples.HostId, row.QuerySelector("a")!.GetAttribute("href"));
        foreach (string text in new[] { "ready", "rack1-a07", "EMR", "1.5.08", "256 GiB", "1 GiB", "0.39 %", "11/16", "5/64", "28 of 31", "3 s" })
        {
            Assert.Contains(text, row.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Render_FailedHostInCompactRows_HasTheReasonOnItsState()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?density=compact");
        Fleet.Report(Samples.Entry(state: TdxState.Failed));

        IElement state = RenderFilled().Find("tr.host-row .col-state .state");

        Assert.Equal("TDMR 1 needs 19 of 16 reserved areas.", state.GetAttribute("title"));
    }

    [Fact]
    public void Render_DemoHost_SaysEmulatedInWords()
    {
        Fleet.Report(Samples.Entry(origin: Origin.Demo));

        IElement row = RenderFilled().Find("tr.host-row");

        Assert.Contains("emulated (demo)", row.TextContent, StringComparison.Ordinal);
        Assert.True(row.QuerySelectorAll(".mark.emulated").Length >= 4);
    }

    [Fact]
    public void Render_DemoHost_MarksTheFamilyToo()
    {
        Fleet.Report(Samples.Entry("a", "alpha", origin: Origin.Demo));
        Fleet.Report(Samples.Entry("b", "beta"));

        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Single(RowOf(page, "alpha").QuerySelectorAll(".col-family .mark.emulated"));
        Assert.Empty(RowOf(page, "beta").QuerySelectorAll(".col-family .mark"));
    }

    [Fact]
    public void Render_UnknownLimits_SaysOfWhatAndWhy()
    {
        Reading<int> none = Reading.Unreadable<int>("TDH.SYS.RD", "no /dev/tdxdash.", "Load the kernel module.");
        HostEntry entry = Samples.Entry();
        Fleet.Report(entry with { Summary = entry.Summary with { MaxReserved = none, MaxTdmrs = none } });

        IElement row = RenderFilled().Find("tr.host-row");

        Assert.Contains("11 of ?", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("5 of ?", row.TextContent, StringComparison.Ordinal);
        Assert.Equal(2, row.QuerySelectorAll("[title='Limit not known. TDH.SYS.RD: no /dev/tdxdash. Load the kernel module.']").Length);
    }

    [Fact]
    public void Render_EmptyName_HasALinkThatCanBeSeen()
    {
        Fleet.Report(Samples.Entry(name: " "));

        Assert.Equal("unnamed host", RenderFilled().Find("tr.host-row a").TextContent);
    }

    [Fact]
    public void Render_SilentHost_IsGreyedWithItsAge()
    {
        Fleet.Report(Samples.Entry(secondsAgo: 400));

        IElement row = RenderFilled().Find("tr.silent");

        Assert.Contains("6 min ago, silent", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NewHost_AppearsWithinASecond()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Fleet.Report(Samples.Entry());
        Time.Advance(TimeSpan.FromMilliseconds(250));

        page.WaitForAssertion(() => Assert.Single(page.FindAll("tr.host-row")));
    }

    [Fact]
    public void Report_ManyChangesAtOnce_RendersAtMostFourTimesASecond()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = RenderFilled();
        int before = Projection!.Reads;

        for (int i = 0; i < 100; i++)
        {
            Fleet.Report(Samples.Entry(name: $"host-{i}"));
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        page.WaitForAssertion(() => Assert.Contains("host-9", page.Markup, StringComparison.Ordinal));
        Assert.InRange(Projection.Reads - before, 1, 5);
    }

    [Fact]
    public void Render_FilterInUrl_ShowsOnlyMatchesAndKeepsTheText()
    {
        Fleet.Report(Samples.Entry("a", "alpha"));
        Fleet.Report(Samples.Entry("b", "beta"));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?q=BET");

        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Equal(["beta"], Names(page));
        Assert.Equal("BET", page.Find("#filter").GetAttribute("value"));
    }

    [Fact]
    public void Filter_Typed_GoesToTheUrl()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = RenderFilled();

        page.Find("#filter").Input("xyz & more");

        Assert.EndsWith("/?q=xyz+%26+more", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("No host matches", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Render_MalformedTokenInUrl_PointsAtItAndAppliesTheOthers()
    {
        Fleet.Report(Samples.Entry("a", "alpha"));
        Fleet.Report(Samples.Entry("b", "beta"));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?q=alpha+reservd:%3E75%25&sort=colour");

        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Equal(["alpha"], Names(page));
        string problems = page.Find(".problems").TextContent;
        Assert.Contains("Column 7, reservd:>75%", problems, StringComparison.Ordinal);
        Assert.Contains("names 'colour'", problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Updating_Hosts_AreCountedWhileTheyAreAndLeadToTheLiveBoard()
    {
        Fleet.Report(Samples.Entry("a", "alpha"));
        Fleet.Report(Samples.Entry("b", "beta"));
        Reinits.See("b", Updates.ToTheKernel(Samples.Now));
        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Equal(("1 updating", "/live?phase=updating"), (page.Find("a.updating").TextContent.Trim(), page.Find("a.updating").GetAttribute("href")));

        Reinits.See("a", Updates.ToTheKernel(Samples.Now));
        Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Equal("2 updating", page.Find("a.updating").TextContent.Trim()));

        Reinits.See("a", Updates.Whole(Samples.Now).Skip(6));
        Reinits.See("b", Updates.Whole(Samples.Now).Skip(6));
        Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("a.updating")));
    }

    [Fact]
    public void Updating_WithASearch_CountsWhatItFinds()
    {
        Fleet.Report(Samples.Entry("a", "alpha"));
        Fleet.Report(Samples.Entry("b", "beta"));
        Reinits.See("a", Updates.ToTheKernel(Samples.Now));
        Reinits.See("b", Updates.ToTheKernel(Samples.Now));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?q=alpha");

        IElement link = RenderFilled().Find("a.updating");

        Assert.Equal(("1 updating", "/live?q=alpha&phase=updating"), (link.TextContent.Trim(), link.GetAttribute("href")));
    }

    [Fact]
    public void Render_SortInUrl_OrdersAndSaysSo()
    {
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Ready));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Failed));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?sort=state,-host");

        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Equal(["beta", "alpha"], Names(page));
        Assert.Contains("State ↑1", page.Find("th[aria-sort=ascending]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Sort_HeadingClickedAndAddedTo_GoesToTheUrl()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = RenderFilled();

        NavigationManager nav = Services.GetRequiredService<NavigationManager>();

        // A navigation waits where a turn of drawing is under way.
        page.Find("th.col-memory button").Click();
        page.WaitForAssertion(() => Assert.EndsWith("/?sort=memory", nav.Uri, StringComparison.Ordinal));
        page.Find("th.col-pamt button").Click(new Microsoft.AspNetCore.Components.Web.MouseEventArgs { ShiftKey = true });
        page.WaitForAssertion(() => Assert.EndsWith("/?sort=memory,pamt", nav.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_Unticked_AreGoneAndInTheUrl()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<FleetPage> page = RenderFilled();
        Assert.NotEmpty(page.FindAll("td.col-pamt"));

        page.FindAll("fieldset input").Single(box => box.ParentElement!.TextContent.Trim() == "PAMT").Change(false);

        Assert.Empty(page.FindAll("td.col-pamt"));
        Assert.DoesNotContain("pamt", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Contains("cols=host,state", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Hold_PointerInTheTable_OrderWaitsBehindAPill()
    {
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Failed));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Ready));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?sort=state");
        IRenderedComponent<FleetPage> page = RenderFilled();
        page.InvokeAsync(() => page.Instance.Hold(true));

        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Ready));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Failed));
        Time.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() => Assert.Contains("failed", RowOf(page, "beta").TextContent, StringComparison.Ordinal));
        Assert.Equal(["alpha", "beta"], Names(page));
        Assert.Equal("1 update, show", page.Find(".pill").TextContent.Trim());
        page.Find(".pill").Click();
        page.WaitForAssertion(() => Assert.Equal(["beta", "alpha"], Names(page)));
        Assert.Empty(page.FindAll(".pill"));
    }

    [Fact]
    public void Hold_Ended_OrdersByItself()
    {
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Failed));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Ready));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?sort=state");
        IRenderedComponent<FleetPage> page = RenderFilled();
        page.InvokeAsync(() => page.Instance.Hold(true));
        Fleet.Report(Samples.Entry("a", "alpha", TdxState.Ready));
        Fleet.Report(Samples.Entry("b", "beta", TdxState.Failed));
        Time.Advance(TimeSpan.FromSeconds(1));

        page.InvokeAsync(() => page.Instance.Hold(false));

        page.WaitForAssertion(() => Assert.Equal(["beta", "alpha"], Names(page)));
    }

    [Fact]
    public void Select_TwoHosts_OffersToCompareThem()
    {
        const string First = "00000000-0000-0000-0000-00000000000a", Second = "00000000-0000-0000-0000-00000000000b";
        Fleet.Report(Samples.Entry(First, "alpha"));
        Fleet.Report(Samples.Entry(Second, "beta"));
        IRenderedComponent<FleetPage> page = RenderFilled();

        page.Find("[aria-label='Select alpha']").Change(true);
        Assert.Contains("Choose 2 to 4 hosts", page.Find(".selection").TextContent, StringComparison.Ordinal);
        page.Find("[aria-label='Select beta']").Change(true);

        Assert.Equal($"/compare?a={First}&b={Second}", page.FindAll(".selection a")[0].GetAttribute("href"));
        Assert.EndsWith($"/?sel={First},{Second}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll("tr.chosen").Count);
    }

    [Fact]
    public void SelectAll_Tagged_ChangesLabelsOrSaysWhyNot()
    {
        const string Id = "00000000-0000-0000-0000-00000000000a";
        Fleet.Report(Samples.Entry(Id, "alpha"));
        IRenderedComponent<FleetPage> page = RenderFilled();
        page.Find("th input").Change(true);

        page.Find("#tag").Input("no tag");
        page.Find(".selection form").Submit();
        Assert.Contains("'no tag' is no tag", page.Find(".problem").TextContent, StringComparison.Ordinal);
        page.Find("#tag").Input("canary");
        page.Find(".selection form").Submit();

        Assert.Empty(page.FindAll(".problem"));
        Assert.Equal(["canary"], Labels.Find(Id).Tags);
    }

    [Fact]
    public void Render_StaticPage_HasTheFirstRowsAlready()
    {
        SetRendererInfo(new RendererInfo("Static", isInteractive: false));
        for (int i = 0; i < 100; i++)
        {
            Fleet.Report(Samples.Entry($"id{i:000}", $"host-{i:000}"));
        }

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Equal(FleetGrid.MaxFirst, page.FindAll("tr.host-row").Count);
        Assert.Equal("101", page.Find("table[aria-rowcount]").GetAttribute("aria-rowcount"));
        Assert.Equal(Enumerable.Range(2, FleetGrid.MaxFirst).Select(place => $"{place}"), page.FindAll("tr.host-row").Select(row => row.GetAttribute("aria-rowindex")));
        Assert.Contains("100 of 100 hosts", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Module_SaysHowFarItIsBehindAndWhereThatIsKnownFrom()
    {
        Fleet.Report(Samples.Entry());

        IElement behind = RenderFilled().Find(".behind");

        Assert.Equal("behind 4", behind.TextContent.Trim());
        Assert.Contains("1.5.24", behind.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("the module catalogue as of", behind.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_HostileName_StaysText()
    {
        Fleet.Report(Samples.Entry(name: "<script>alert(1)</script>"));

        IRenderedComponent<FleetPage> page = RenderFilled();

        Assert.Empty(page.FindAll("script"));
        Assert.Contains("<script>alert(1)</script>", page.Find("tr.host-row a").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_OpenPage_EndsItsSubscription()
    {
        Render<FleetPage>();
        Assert.Equal(2, Fleet.Subscribers);

        await DisposeComponentsAsync();

        // The projection's own outlives the page.
        Assert.Equal(1, Fleet.Subscribers);
    }

    // A page with its rows: they take the place of the first ones, which the static page has, in a moment.
    private IRenderedComponent<FleetPage> RenderFilled()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".arriving")));
        return page;
    }

    private static IEnumerable<string> Names(IRenderedComponent<FleetPage> page) => page.FindAll("tr.host-row a.open").Select(link => link.TextContent);

    private static IElement RowOf(IRenderedComponent<FleetPage> page, string name) =>
        page.FindAll("tr.host-row").Single(row => row.QuerySelector("a.open")!.TextContent == name);
}
