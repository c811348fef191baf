using System.Diagnostics;
using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;
using TdxDash.Web.Tests.Support;
using Xunit.Sdk;

namespace TdxDash.Web.Tests.Components;

public sealed class LivePageTests : PageTestContext
{
    private static DateTimeOffset Now => Samples.Now;

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
    public async Task Feed_OfUpdate_MovesItsHostThroughThePhases()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();

        Reinits.See(Id("d"), Updates.ToTheKernel(Now.AddSeconds(1)));
        Time.Advance(TimeSpan.FromSeconds(7));
        await EventuallyAsync(page, () => Assert.Equal("2", Count(page, "updating")));

        Reinits.See(Id("d"), Updates.Whole(Now.AddSeconds(1)).Skip(6));
        Time.Advance(TimeSpan.FromSeconds(1));
        await EventuallyAsync(page, () => Assert.Equal(("2", "1"), (Count(page, "done"), Count(page, "updating"))));
    }

    [Fact]
    public async Task Pause_HoldsWhatComesInAndSaysHowMuch()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".badge")));

        Reinits.See(Id("d"), Updates.Whole(Now.AddSeconds(1)));
        Time.Advance(TimeSpan.FromSeconds(10));

        await EventuallyAsync(page, () => Assert.Equal("Paused: 8 events wait", page.Find(".badge").TextContent));
        Assert.Equal("1", Count(page, "done"));
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.Equal(("2", 0), (Count(page, "done"), page.FindAll(".badge").Count)));
    }

    [Fact]
    public void Pause_FilterClicked_KeepsTheBoardAsItWas()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".badge")));
        Reinits.See(Id("d"), Updates.Whole(Now.AddSeconds(1)));
        Reinits.See(Id("a"), Updates.Whole(Now.AddSeconds(1)));
        Time.Advance(TimeSpan.FromSeconds(10));

        Services.GetRequiredService<NavigationManager>().NavigateTo("/live?phase=updating&kinds=node");
        page.WaitForAssertion(() => Assert.Equal(["a"], page.FindAll("tr[data-phase] a").Select(link => link.TextContent)));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/live?group=site-b");
        page.WaitForAssertion(() => Assert.Equal(["d", "c"], page.FindAll("tr[data-phase] a").Select(link => link.TextContent)));

        Assert.Equal(("1", "1"), (Count(page, "done"), Count(page, "waiting")));
        Assert.Equal("Paused: 16 events wait", page.Find(".badge").TextContent);
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.Equal(("2", "0"), (Count(page, "done"), Count(page, "waiting"))));
    }

    [Fact]
    public async Task Pause_MoreEventsThanTheLogHolds_CountsThemAll()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".badge")));

        Reinits.See(Id("d"), Enumerable.Range(0, SeenLog.Most + 500).Select(i => Updates.Step(Now.AddSeconds(1), EmulatedStep.Install, i, 10_000)));
        Time.Advance(TimeSpan.FromSeconds(10));

        await EventuallyAsync(page, () => Assert.Equal("Paused: 2,500 events wait", page.Find(".badge").TextContent));
    }

    [Fact]
    public void Pause_HostsThatEndedMeanwhile_AreToldOfWhenItGoesOn()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".badge")));
        Reinits.See(Id("a"), Updates.Node(Now.AddSeconds(2), "idle", "transferring:firmware-invalid"));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/live?phase=failed");
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("", page.Find(".page > [role=alert]").TextContent);

        page.Find("[data-live-pause]").Click();

        page.WaitForAssertion(() => Assert.StartsWith("a failed.", page.Find(".page > [role=alert]").TextContent, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(JSInterop.Invocations, call => call.Identifier == "notice" && Equals(call.Arguments[0], "a: failed")));
    }

    [Fact]
    public void Silent_HostThatIsUpdating_SaysSinceWhenAndItsClockStands()
    {
        Site();
        Fleet.Hear(Id("a"), Now);
        IRenderedComponent<LivePage> page = Open();
        Assert.Empty(page.FindAll("tr[data-phase=Updating] .silent"));

        Time.Advance(TimeSpan.FromMinutes(5));

        page.WaitForAssertion(() => Assert.Contains("silent, last seen 5 min ago", page.Find("tr[data-phase=Updating] .silent").TextContent, StringComparison.Ordinal));
        Assert.Equal("3 s", page.Find("tr[data-phase=Updating] td.number").TextContent);
        Assert.Contains("look after the host", page.Find("tr[data-phase=Updating] .what").TextContent, StringComparison.Ordinal);

        Fleet.Hear(Id("a"), Time.GetUtcNow());
        Time.Advance(TimeSpan.FromSeconds(6));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tr[data-phase=Updating] .silent")));
        Assert.Equal("5 min 09 s", page.Find("tr[data-phase=Updating] td.number").TextContent);
    }

    [Fact]
    public void Feed_FirstChangeAfterAQuietTime_IsDrawnAtOnce()
    {
        foreach (string name in new[] { "a", "b" })
        {
            Fleet.Report(Samples.Entry(Id(name), name));
        }

        IRenderedComponent<LivePage> page = Open();
        // The first drawing, and the one after the log was read.
        page.WaitForAssertion(() => Assert.Equal(2, Projection!.Reads));
        Reinits.See(Id("a"), Updates.ToTheKernel(Now).Take(1));
        // What is due is drawn, and a quiet time begins: nothing that moves each second is on the board.
        Time.Advance(TimeSpan.FromSeconds(3));
        Time.Advance(TimeSpan.FromMilliseconds(500));
        int before = Projection!.Reads;

        Reinits.See(Id("a"), Updates.ToTheKernel(Now).Skip(1).Take(1));

        page.WaitForAssertion(() => Assert.Equal("1", Count(page, "updating")));
        Assert.Equal(1, Projection.Reads - before);
    }

    [Fact]
    public async Task Feed_OfManyEvents_IsDrawnAtMostFourTimesASecond()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        Time.Advance(TimeSpan.FromSeconds(1));
        int before = Projection!.Reads;

        for (int i = 0; i < 200; i++)
        {
            Reinits.See(Id("a"), Updates.Step(Now.AddSeconds(1), EmulatedStep.Install, i, 256));
            Time.Advance(TimeSpan.FromMilliseconds(5));
            // What is due is drawn: the clock does not run away from a page that gets no processor.
            await page.InvokeAsync(() => { });
        }

        Assert.InRange(Projection.Reads - before, 2, 6);
    }

    [Fact]
    public async Task Feed_StageBetweenTwoDrawings_IsShownByTheScript()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        IReadOnlyList<ReinitObservation> update = Updates.ToTheKernel(Now.AddSeconds(1));
        Reinits.See(Id("d"), update.Take(3));
        await EventuallyAsync(page, () => Assert.Contains("receiving", Row(page, "d"), StringComparison.Ordinal));
        // It is drawn, and what comes then not before a quarter of a second.
        Reinits.See(Id("d"), update[3]);
        Time.Advance(RenderGate.PageInterval);
        await EventuallyAsync(page, () => Assert.Contains("preparing", Row(page, "d"), StringComparison.Ordinal), seconds: 0);

        Reinits.See(Id("d"), update[4]);
        Time.Advance(BoardSteps.Interval);

        await EventuallyAsync(page, () => Assert.Contains(JSInterop.Invocations["show"], call => call.Arguments[0] is BoardStep[] steps && steps.Any(step => step.Host == Id("d") && step.Stage == "Stage 4 of 7: transferring")), seconds: 0);
        Assert.Contains("preparing", Row(page, "d"), StringComparison.Ordinal);
        await EventuallyAsync(page, () => Assert.Contains("transferring", Row(page, "d"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Feed_StageWhilePaused_IsNotShownByTheScript()
    {
        Site();
        IRenderedComponent<LivePage> page = Open();
        IReadOnlyList<ReinitObservation> update = Updates.ToTheKernel(Now.AddSeconds(1));
        Reinits.See(Id("d"), update.Take(4));
        await EventuallyAsync(page, () => Assert.Contains("preparing", Row(page, "d"), StringComparison.Ordinal));
        page.Find("[data-live-pause]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".badge")));
        int before = JSInterop.Invocations["show"].Count;

        Reinits.See(Id("d"), update[4]);

        await EventuallyAsync(page, () => Assert.Equal("Paused: 1 event waits", page.Find(".badge").TextContent));
        Assert.Equal(before, JSInterop.Invocations["show"].Count);
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

    // a is transferring, b has failed, c is done, d and e wait; c and d are in site-b.
    private void Site(Origin origin = Origin.Live)
    {
        foreach (string name in new[] { "a", "b", "c", "d", "e" })
        {
            Fleet.Report(Samples.Entry(Id(name), name, origin: origin));
        }

        Assert.True(LabelText.TryParse("site-b", out LabelText group));
        Labels.ChangeAsync(new Dictionary<string, HostLabels> { [Id("c")] = HostLabels.None with { Group = group }, [Id("d")] = HostLabels.None with { Group = group } }, Samples.By, default).GetAwaiter().GetResult();
        Reinits.See(Id("a"), Updates.ToTheKernel(Now.AddSeconds(-4)).Take(5));
        Reinits.See(Id("b"), Updates.Failed(Now.AddSeconds(-60), "transferring:firmware-invalid"));
        Reinits.See(Id("c"), Updates.Whole(Now.AddSeconds(-60)));
    }

    private IRenderedComponent<LivePage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/live" + query);
        return Render<LivePage>();
    }

    // While the clock goes on: what comes right after a drawing waits for the next one, for which nothing else would move it.
    private async Task EventuallyAsync(IRenderedComponent<LivePage> page, Action holds, int seconds = 1)
    {
        var waited = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            Time.Advance(TimeSpan.FromSeconds(seconds));
            try
            {
                await page.InvokeAsync(holds);
                return;
            }
            catch (Exception e) when (e is XunitException or ElementNotFoundException && waited.Elapsed < Dashboard.Patience)
            {
                await tick.WaitForNextTickAsync(Xunit.TestContext.Current.CancellationToken);
            }
        }
    }

    private static string Row(IRenderedComponent<LivePage> page, string name) => page.Find($"tr[data-host='{Id(name)}']").TextContent;

    private static IEnumerable<string> LoggedHosts(IRenderedComponent<LivePage> page) =>
        page.FindAll("section.log tbody tr a").Select(link => link.TextContent).Distinct();

    private static string Count(IRenderedComponent<LivePage> page, string phase) => page.Find($"[data-count={phase}] b").TextContent;

    private static string Id(string name) => $"{new string(name[0], 8)}-0000-0000-0000-000000000001";
}
