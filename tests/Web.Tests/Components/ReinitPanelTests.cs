using AngleSharp.Dom;
using Bunit;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Tests.Components;

public sealed class ReinitPanelTests : PageTestContext
{
    private const string Busy = "virt/tdx: SEAMCALL (0x0000000000000034) failed: 0x8000020200000000";
    private const string Down = "seamldr: update failed, SEAMCALLs will report failure until TDs killed";

    private static DateTimeOffset Now => Samples.Now;

    [Fact]
    public void Render_NothingSeenOfARealHost_ShowsNothing()
    {
        Assert.Equal("", Open().Markup.Trim());
    }

    [Fact]
    public void Render_UpdateInTheKernel_HasAClockAndNeverAPercentage()
    {
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Now.AddSeconds(-5)));
        Time.Advance(TimeSpan.FromSeconds(4));

        IRenderedComponent<ReinitPanel> panel = Open();

        IElement step = panel.Find("[data-stage=InKernel]");
        Assert.Equal("step", step.GetAttribute("aria-current"));
        Assert.Equal("in the kernel, not observable", step.QuerySelector(".name")!.TextContent);
        Assert.Equal("4 s", step.QuerySelector(".clock")!.TextContent);
        Assert.Empty(panel.FindAll("progress"));
        Assert.DoesNotContain("%", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_SilentHost_SaysSinceWhenAndItsClocksStand()
    {
        Fleet.Report(Samples.Entry(secondsAgo: 0));
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Now.AddSeconds(-5)));
        Time.Advance(TimeSpan.FromMinutes(4));

        IRenderedComponent<ReinitPanel> panel = Open();

        Assert.Contains("silent, last seen 4 min ago", panel.Find(".gap").TextContent, StringComparison.Ordinal);
        Assert.Equal("0 s", panel.Find("[data-stage=InKernel] .clock").TextContent);

        Fleet.Hear(Samples.HostId, Time.GetUtcNow());
        Time.Advance(TimeSpan.FromSeconds(1));
        panel.WaitForAssertion(() => Assert.Empty(panel.FindAll(".gap")));
        panel.WaitForAssertion(() => Assert.Equal("4 min 01 s", panel.Find("[data-stage=InKernel] .clock").TextContent));
    }

    [Fact]
    public void Render_TransferOfAnImage_HasABarOfItsBytes()
    {
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Now.AddSeconds(-5)).Take(5));

        IElement bar = Open().Find("[data-stage=Transferring] progress");

        Assert.Equal(("1048576", "524288"), (bar.GetAttribute("max"), bar.GetAttribute("value")));
        Assert.Contains("512 KiB of 1 MiB", bar.ParentElement!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_EmulatedSteps_AreLabelledAndCountProcessors()
    {
        Reinits.See(Samples.HostId, [.. Updates.ToTheKernel(Now.AddSeconds(-7)), Updates.Step(Now, EmulatedStep.Shutdown, 1, 1), Updates.Step(Now, EmulatedStep.Install, 12, 256)]);

        IRenderedComponent<ReinitPanel> panel = Open();

        Assert.Contains("12 of 256 processors", panel.Find("[data-stage=Install]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(panel.FindAll("[data-stage=Install] .mark.emulated"));
        Assert.NotEmpty(panel.FindAll("h3 .mark.emulated"));
    }

    [Fact]
    public void Render_VerifiedUpdate_ShowsBeforeAndAfter()
    {
        Reinits.See(Samples.HostId, Updates.Whole(Now.AddSeconds(-8)));

        IRenderedComponent<ReinitPanel> panel = Open();

        Assert.Equal(["Version", "1.5.08", "1.5.16 changed"], Row(panel, "Version"));
        Assert.Equal(["SVN", "not known", "not known"], Row(panel, "SVN"));
        Assert.Equal(["Updates left", "3", "2 changed"], Row(panel, "Updates left"));
        Assert.Contains("which took 7.0 s", panel.Find("caption").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll(".alarm"));
    }

    [Fact]
    public void Render_UpdateThatChangedConsumedMetadata_RaisesTheAlarmWithNames()
    {
        Reinits.See(Samples.HostId, Updates.Whole(Now.AddSeconds(-8), Updates.New with { Features = "0x2", LayoutHash = new string('b', 64) }));

        IRenderedComponent<ReinitPanel> panel = Open();

        Assert.Contains("TDX_FEATURES0, TDMR layout: Linux read them at boot", panel.Find(".alarm[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["+ TD_PRESERVING", "− TD_MIGRATION"], panel.FindAll(".bits li").Select(item => item.TextContent));
    }

    [Theory]
    [InlineData("Safe", "retry is safe", "transferring:firmware-invalid", Busy)]
    [InlineData("Safe", "retry is safe", "transferring:device-busy", null)]
    [InlineData("CheckModule", "not before the module's state is checked", "transferring:firmware-invalid", null)]
    [InlineData("CheckModule", "not before the module's state is checked", "preparing:hw-error", null)]
    [InlineData("Reboot", "only after a reboot", "transferring:firmware-invalid", Down)]
    public void Render_FailedUpdate_AdvisesAsTheModelDoes(string advice, string verdict, string error, string? line)
    {
        Reinits.See(Samples.HostId, Updates.Failed(Now.AddSeconds(-7), error, line is null ? [] : [line]));

        IRenderedComponent<ReinitPanel> panel = Open();

        IElement card = panel.Find(".failure");
        ReinitFailure failure = Reinits.Find(Samples.HostId)!.State.Update!.Failure!;
        Assert.Equal(advice, card.GetAttribute("data-advice"));
        Assert.Equal(verdict, card.QuerySelector(".advice")!.TextContent);
        Assert.Contains(error, card.TextContent, StringComparison.Ordinal);
        Assert.Contains(failure.Reason, card.TextContent, StringComparison.Ordinal);
        Assert.Contains(failure.AdviceText, card.TextContent, StringComparison.Ordinal);
        Assert.Contains(failure.AdviceText, panel.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_BootAlone_IsShownWhenItFailedAndFoldedWhenItDidNot()
    {
        Reinits.See(Samples.HostId, Updates.Line(Now, "virt/tdx: BIOS enabled: private KeyID range [32, 64)"), Updates.Line(Now, "virt/tdx: module not loaded"));
        IRenderedComponent<ReinitPanel> failed = Open();
        Assert.Empty(failed.FindAll("details [data-kind=Boot]"));
        Assert.NotEmpty(failed.FindAll("[data-kind=Boot] .failure"));

        Reinits.See("other", Updates.Line(Now, "virt/tdx: BIOS enabled: private KeyID range [32, 64)"), Updates.Line(Now, "virt/tdx: TDX-Module initialized"));
        IRenderedComponent<ReinitPanel> well = Open("other");
        Assert.NotEmpty(well.FindAll("details [data-kind=Boot][data-outcome=Initialised]"));
    }

    [Fact]
    public void Feed_OfTheHost_IsDrawnAtMostFourTimesASecond()
    {
        IRenderedComponent<ReinitPanel> panel = Open();
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Now.AddSeconds(-5)));
        Time.Advance(TimeSpan.FromSeconds(1));
        panel.WaitForAssertion(() => Assert.Equal("Running", panel.Find("[data-stage=InKernel]").GetAttribute("data-status")));
        int before = panel.RenderCount;

        for (int i = 0; i < 20; i++)
        {
            Reinits.See(Samples.HostId, Updates.Step(Now.AddSeconds(1), EmulatedStep.Install, i + 1, 256));
        }

        Time.Advance(TimeSpan.FromMilliseconds(250));
        panel.WaitForAssertion(() => Assert.Contains("20 of 256", panel.Markup, StringComparison.Ordinal));
        Assert.InRange(panel.RenderCount - before, 1, 3);
    }

    [Fact]
    public void Form_OfADemoHost_AsksWithProfileAndFaultAndSaysThatItIsEmulated()
    {
        IRenderedComponent<ReinitPanel> panel = Open(isDemo: true);
        panel.Find("[data-action=reinit]").Click();
        Assert.Contains("No real module is touched", panel.Find(".form .note").TextContent, StringComparison.Ordinal);

        panel.FindAll(".form select")[0].Change("tdx-1.5.16-srf");
        panel.FindAll(".form select")[1].Change("entropy");
        panel.Find(".form .go").Click();

        Assert.Equal([(Samples.HostId, "tdx-1.5.16-srf", "entropy")], Requests.Asked);
        panel.WaitForAssertion(() => Assert.Equal("1 demo host began.", panel.Find(".form [role=status]").TextContent));
    }

    [Fact]
    public void Form_Refused_ShowsWhy()
    {
        Requests.Refuse = _ => "The host's probe is not connected. Wait until it is, and try again.";
        IRenderedComponent<ReinitPanel> panel = Open(isDemo: true);
        panel.Find("[data-action=reinit]").Click();
        panel.Find(".form .go").Click();

        panel.WaitForAssertion(() => Assert.Contains("not connected", panel.Find(".refusals[role=alert]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void HostPage_OfARealHost_HasNoButton()
    {
        Fleet.Report(Samples.Entry());
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Now.AddSeconds(-5)));

        IRenderedComponent<HostPage> page = Render<HostPage>(parameters => parameters.Add(p => p.HostId, Samples.HostId).Add(p => p.ViewOf, snapshot => Samples.View(snapshot)));

        Assert.NotEmpty(page.FindAll("#reinit"));
        Assert.Empty(page.FindAll("[data-action=reinit]"));
    }

    [Fact]
    public void HostPage_OfADemoHost_HasTheButton()
    {
        Fleet.Report(Samples.Entry(origin: Origin.Demo));

        IRenderedComponent<HostPage> page = Render<HostPage>(parameters => parameters.Add(p => p.HostId, Samples.HostId).Add(p => p.ViewOf, snapshot => Samples.View(snapshot)));

        Assert.NotEmpty(page.FindAll("[data-action=reinit]"));
    }

    [Fact]
    public void Profiles_AreThoseThatComeWithTheProbe() =>
        Assert.Equal(Directory.EnumerateFiles(Path.Combine(Repository.Root, "native", "profiles"), "*.profile").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), ReinitChoices.Profiles);

    [Fact]
    public async Task Dispose_EndsTheSubscription()
    {
        Open();
        Assert.Equal(1, Reinits.Subscribers);
        await DisposeComponentsAsync();
        Assert.Equal(0, Reinits.Subscribers);
    }

    private static IEnumerable<string> Row(IRenderedComponent<ReinitPanel> panel, string label) =>
        panel.FindAll("tbody tr").First(row => row.QuerySelector("th")!.TextContent == label).Children.Select(cell => cell.TextContent.Trim());

    private IRenderedComponent<ReinitPanel> Open(string hostId = Samples.HostId, bool isDemo = false) =>
        Render<ReinitPanel>(parameters => parameters.Add(p => p.HostId, hostId).Add(p => p.IsDemo, isDemo));
}
