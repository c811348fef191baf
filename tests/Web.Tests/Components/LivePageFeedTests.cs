using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Tests.Components;

/// <summary>The live board while something comes in, and while it is paused.</summary>
public sealed class LivePageFeedTests : LivePageContext
{
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
    public async Task Silent_HostThatIsUpdating_SaysSinceWhenAndItsClockStands()
    {
        Site();
        Fleet.Hear(Id("a"), Now);
        IRenderedComponent<LivePage> page = Open();
        Assert.Empty(page.FindAll("tr[data-phase=Updating] .silent"));

        Time.Advance(TimeSpan.FromMinutes(5));

        await EventuallyAsync(page, () => Assert.Contains("silent, last seen 5 min ago", page.Find("tr[data-phase=Updating] .silent").TextContent, StringComparison.Ordinal));
        Assert.Equal("3 s", page.Find("tr[data-phase=Updating] td.number").TextContent);
        Assert.Contains("look after the host", page.Find("tr[data-phase=Updating] .what").TextContent, StringComparison.Ordinal);

        Fleet.Hear(Id("a"), Time.GetUtcNow());
        await EventuallyAsync(page, () => Assert.Empty(page.FindAll("tr[data-phase=Updating] .silent")));
        Assert.Matches("^5 min [0-9]{2} s$", page.Find("tr[data-phase=Updating] td.number").TextContent);
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
    public async Task Script_ThatFailsInTheBrowser_IsAskedNoMoreAndTheBoardGoesOn()
    {
        JSInterop.SetupVoid("notice", _ => true).SetException(new JSException("the script is that of another release"));
        Site();
        IRenderedComponent<LivePage> page = Open();

        Reinits.See(Id("a"), Updates.Node(Now.AddSeconds(2), "idle", "transferring:firmware-invalid"));
        await EventuallyAsync(page, () => Assert.Single(JSInterop.Invocations["notice"]));
        Reinits.See(Id("d"), Updates.Whole(Now.AddSeconds(1)));

        await EventuallyAsync(page, () => Assert.Equal("2", Count(page, "done")));
        Assert.Single(JSInterop.Invocations["notice"]);
    }
}
