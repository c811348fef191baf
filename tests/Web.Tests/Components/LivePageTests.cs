using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Components;

/// <summary>What the live board shows, its log, and how demo hosts are started from it.</summary>
public sealed class LivePageTests : LivePageContext
{
    [Fact]
    public void Render_NoHosts_SaysHowToWatchAndHowToTry()
    {
        IRenderedComponent<LivePage> page = Open();

        Assert.Equal(["tdxprobe run --dashboard http://localhost", "./run --demo"], page.FindAll(".command code").Select(code => code.TextContent));
    }

    [Fact]
    public void Render_HostsInEachPhase_AreCountedAndListedInOrder()
    {
        Site();

        IRenderedComponent<LivePage> page = Open();

        Assert.Equal(("1", "1", "1", "2"), (Count(page, "updating"), Count(page, "failed"), Count(page, "done"), Count(page, "waiting")));
        Assert.Equal(["Updating", "Failed", "Waiting", "Waiting", "Done"], page.FindAll("tr[data-phase]").Select(row => row.GetAttribute("data-phase")));
        Assert.Contains("transferring", page.Find("tr[data-phase=Updating]").TextContent, StringComparison.Ordinal);
        Assert.Contains("1.5.08 → 1.5.16", page.Find("tr[data-phase=Done]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Cause not told by this kernel: check module state, host may need reboot.", page.Find("tr[data-phase=Failed]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_SinceLaterThanAnUpdate_HasTheHostWaitAgain()
    {
        Site();

        IRenderedComponent<LivePage> page = Open("?since=" + UrlTime.Write(Now.AddMinutes(1)));

        Assert.Equal(("0", "0", "4"), (Count(page, "done"), Count(page, "failed"), Count(page, "waiting")));
        // What goes on is never hidden by a later start.
        Assert.Equal("1", Count(page, "updating"));
    }

    [Fact]
    public void Render_Group_ShowsItsHostsAlone()
    {
        Site();

        IRenderedComponent<LivePage> page = Open("?group=site-b");

        Assert.Equal(["c", "d"], page.FindAll("tr[data-phase] a").Select(link => link.TextContent).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Render_SearchAndPhase_Filter()
    {
        Site();

        Assert.Equal(["a"], Open("?q=host:a").FindAll("tr[data-phase] a").Select(link => link.TextContent));
        Assert.Equal(["c"], Open("?phase=done").FindAll("tr[data-phase] a").Select(link => link.TextContent));
    }

    [Theory]
    [InlineData("?group=none-such", "There is no group 'none-such'")]
    [InlineData("?since=now", "'since'")]
    [InlineData("?q=nofield:1", "nofield")]
    [InlineData("?phase=gone&kinds=x&log=" + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "'phase'")]
    public void Render_MalformedQuery_IsNamedAndThePageIsUsable(string query, string named)
    {
        Site();

        IRenderedComponent<LivePage> page = Open(query);

        Assert.Contains(named, page.Find(".problems").TextContent, StringComparison.Ordinal);
        Assert.Equal("/live", page.Find(".problems a").GetAttribute("href"));
        Assert.Equal("Live", page.Find("h1").TextContent);
        Assert.NotEmpty(page.FindAll("[data-live-pause]"));
    }

    [Fact]
    public void Log_FilteredByTextAndKind_ShowsThoseLinesOldestFirst()
    {
        Site();

        IRenderedComponent<LivePage> page = Open("?kinds=node&log=transferring");

        IReadOnlyList<string> lines = [.. page.FindAll("section.log tbody tr").Select(row => row.TextContent)];
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains("transferring", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Contains("node", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Log_FilteredByHost_ShowsItAlone()
    {
        Site();

        IRenderedComponent<LivePage> page = Open("?log=b");
        page.Find("section.log input[type=search]").Change("zzz");

        page.WaitForAssertion(() => Assert.Contains("No line matches this filter.", page.Find("section.log").TextContent, StringComparison.Ordinal));
        Assert.EndsWith("?log=zzz", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_HostsOfTheGroupExchanged_ShowsTheLinesOfThoseThatAreInIt()
    {
        Site();
        IRenderedComponent<LivePage> page = Open("?group=site-b");
        Assert.Equal(["c"], LoggedHosts(page));

        HostLabels siteB = Labels.Find(Id("c"));
        await Labels.ChangeAsync(new Dictionary<string, HostLabels> { [Id("c")] = HostLabels.None, [Id("a")] = siteB }, Samples.By, Xunit.TestContext.Current.CancellationToken);

        await EventuallyAsync(page, () => Assert.Equal(["a"], LoggedHosts(page)));
    }

    [Fact]
    public async Task Start_OnChosenDemoHosts_AsksThemAloneAndShowsRefusalsByReason()
    {
        Site(Origin.Demo);
        Requests.Refuse = id => id == Id("b") ? "The module is being re-initialised already." : null;
        IRenderedComponent<LivePage> page = Open();
        // In the renderer's own turn: the log, read meanwhile, draws the page anew.
        await page.InvokeAsync(() => page.Find($"tr[data-host='{Id("a")}'] input").ChangeAsync(true));
        await page.InvokeAsync(() => page.Find($"tr[data-host='{Id("b")}'] input").ChangeAsync(true));

        await page.InvokeAsync(() => page.Find("[data-action=reinit]").ClickAsync());
        await page.InvokeAsync(() => page.FindAll(".form select")[1].ChangeAsync("busy"));
        await page.InvokeAsync(() => page.Find(".form .go").ClickAsync());

        Assert.Equal([Id("a"), Id("b")], Requests.Asked.Select(asked => asked.HostId).Order(StringComparer.Ordinal));
        Assert.All(Requests.Asked, asked => Assert.Equal("busy", asked.Fault));
        page.WaitForAssertion(() => Assert.Equal("b: The module is being re-initialised already.", page.Find(".refusals li").TextContent));
    }

    [Fact]
    public void Render_RealHosts_HasNoStart()
    {
        Site();

        IRenderedComponent<LivePage> page = Open();

        Assert.Empty(page.FindAll("[data-action=reinit]"));
        Assert.Contains("watched, never started from here", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_PastTime_SaysThatOnlyNowIsLive()
    {
        Site();

        IRenderedComponent<LivePage> page = Render<LivePage>(parameters => parameters.AddCascadingValue(new AsOf(Now.AddHours(-1))));

        Assert.Contains("Only now is live", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-live-pause]"));
    }

    [Fact]
    public async Task Dispose_EndsTheSubscriptions()
    {
        Open();
        Assert.NotEqual(0, Reinits.Subscribers);
        await DisposeComponentsAsync();
        Assert.Equal(0, Reinits.Subscribers);
    }
}
