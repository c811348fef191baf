using AngleSharp.Dom;
using Bunit;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;

namespace TdxDash.Web.Tests.Components;

public sealed class HostPageTests : PageTestContext
{
    [Fact]
    public void Render_UnknownHost_SaysSoWithALinkBack()
    {
        IRenderedComponent<HostPage> page = Open("no-such-id");

        Assert.Equal("No such host", page.Find("h1").TextContent);
        Assert.Equal("no-such-id", page.Find("code").TextContent);
        Assert.Equal("/", page.Find("section a").GetAttribute("href"));
    }

    [Fact]
    public void Render_KnownHost_HeadingsDescendInOrder()
    {
        Fleet.Report(Samples.Entry());

        IReadOnlyList<int> levels = [.. Open().FindAll("h1, h2, h3, h4").Select(heading => heading.TagName[1] - '0')];

        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void Render_KnownHost_EveryTableHasACaption()
    {
        Fleet.Report(Samples.Entry());

        Assert.All(Open().FindAll("table"), table => Assert.NotEmpty(table.QuerySelector("caption")!.TextContent));
    }

    [Fact]
    public void Render_NotReady_ShowsFailedChecksWithEvidenceAndRemedy()
    {
        Fleet.Report(Samples.Entry());

        IElement card = Open(state: TdxState.NotInitialized).Find("section[aria-labelledby=readiness]");

        Assert.Contains("Why not ready", card.TextContent, StringComparison.Ordinal);
        string check = Assert.Single(card.QuerySelectorAll("ol.failed li")).TextContent;
        Assert.Contains("KVM runs TDs", check, StringComparison.Ordinal);
        Assert.Contains("kvm_intel.tdx is N", check, StringComparison.Ordinal);
        Assert.Contains("Boot with kvm_intel.tdx=1.", check, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_UnreadableSource_ShowsReasonAndRemedy()
    {
        Fleet.Report(Samples.Entry());

        string sources = Open().Find("section[aria-labelledby=sources]").TextContent;

        Assert.Contains("/sys/devices/faux/tdx_host/version", sources, StringComparison.Ordinal);
        Assert.Contains("this kernel has no tdx_host device.", sources, StringComparison.Ordinal);
        Assert.Contains("Boot Linux 7.2 or newer.", sources, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_EmulatedModule_MarksThePageAndTheValues()
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<HostPage> page = Open();

        Assert.Single(page.FindAll("header.emulated"));
        Assert.True(page.FindAll("section[aria-labelledby=module] .mark.emulated").Count >= 6);
    }

    [Fact]
    public void Render_LayoutFailed_ShowsTheKernelsWordsAndNeedAgainstLimit()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot(layout: Samples.FailedLayout()));

        IElement failure = Open().Find(".failure");

        Assert.Contains("virt/tdx: initialization failed: TDMR [0x100000000, 0x1080000000): reserved areas exhausted.", failure.TextContent, StringComparison.Ordinal);
        Assert.Contains("TDMR 1 needs 19 of 16 reserved areas", failure.TextContent, StringComparison.Ordinal);
        Assert.Contains("-ENOSPC", failure.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_HostileLogLine_StaysText()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot(logLine: "virt/tdx: <img src=x onerror=alert(1)>"));

        IElement log = Open().Find("section[aria-labelledby=log]");

        Assert.Empty(log.QuerySelectorAll("img"));
        Assert.Contains("<img src=x onerror=alert(1)>", log.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NewSnapshot_AppearsWithoutReload()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<HostPage> page = Open();
        Assert.Empty(page.FindAll(".failure"));

        Fleet.Report(Samples.Entry(hash: 'b'), Samples.Snapshot(layout: Samples.FailedLayout()));
        Time.Advance(TimeSpan.FromMilliseconds(250));

        page.WaitForAssertion(() => Assert.Single(page.FindAll(".failure")));
    }

    [Fact]
    public void Report_HostThatWasUnknown_Appears()
    {
        IRenderedComponent<HostPage> page = Open();

        Fleet.Report(Samples.Entry());
        Time.Advance(TimeSpan.FromMilliseconds(250));

        page.WaitForAssertion(() => Assert.Equal("rack1-a07", page.Find("h1").TextContent));
    }

    [Fact]
    public void Render_WhileLoading_ShowsASkeleton()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Held = new TaskCompletionSource<Snapshot?>();
        IRenderedComponent<HostPage> page = Open();
        Assert.Single(page.FindAll("[aria-busy=true]"));

        Fleet.Held.SetResult(Samples.Snapshot());

        page.WaitForAssertion(() => Assert.Equal("rack1-a07", page.Find("h1").TextContent));
    }

    [Fact]
    public void Render_AnotherHost_NeverShowsTheFormerOnesValues()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry("other", "rack9-z99"));
        IRenderedComponent<HostPage> page = Open();
        Fleet.Held = new TaskCompletionSource<Snapshot?>();

        page.Render(parameters => parameters.Add(p => p.HostId, "other"));

        Assert.DoesNotContain("rack1-a07", page.Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<HostPage> Open(string id = Samples.HostId, TdxState state = TdxState.Ready) => Render<HostPage>(parameters => parameters
        .Add(page => page.HostId, id)
        .Add(page => page.ViewOf, snapshot => Samples.View(snapshot, state)));
}
