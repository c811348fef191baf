using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Pages;

namespace TdxDash.Web.Tests.Components;

public sealed class HostPageTests : PageTestContext
{
    public static TheoryData<string> Tabs => ["", "memory", "metadata", "pamt", "raw"];

    [Fact]
    public void Render_UnknownTab_KeepsTheHostAndSaysSo()
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<HostPage> page = Open(tab: "no-such-tab");

        Assert.Equal("rack1-a07", page.Find("h1").TextContent);
        Assert.Contains("no-such-tab", page.Find("section.card").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("nav.tabs [aria-current]"));
    }

    [Fact]
    public void Render_Tab_IsMarkedAsTheOpenPage()
    {
        Fleet.Report(Samples.Entry());

        Assert.Equal("PAMT", Open(tab: "pamt").Find("nav.tabs [aria-current=page]").TextContent);
    }

    [Fact]
    public void Render_UnknownHost_SaysSoWithALinkBack()
    {
        IRenderedComponent<HostPage> page = Open("no-such-id");

        Assert.Equal("No such host", page.Find("h1").TextContent);
        Assert.Equal("no-such-id", page.Find("code").TextContent);
        Assert.Equal("/", page.Find("section a").GetAttribute("href"));
    }

    [Theory]
    [MemberData(nameof(Tabs))]
    public void Render_KnownHost_HeadingsDescendInOrder(string tab)
    {
        Fleet.Report(Samples.Entry());

        IReadOnlyList<int> levels = [.. Open(tab: tab).FindAll("h1, h2, h3, h4").Select(heading => heading.TagName[1] - '0')];

        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Theory]
    [MemberData(nameof(Tabs))]
    public void Render_KnownHost_EveryTableHasACaption(string tab)
    {
        Fleet.Report(Samples.Entry());

        Assert.All(Open(tab: tab).FindAll("table"), table => Assert.NotEmpty(table.QuerySelector("caption")!.TextContent));
    }

    // Each costs the server some kilobytes for as long as the page is open: what stands there by the hundred are fragments.
    [Theory]
    [MemberData(nameof(Tabs))]
    public void Render_KnownHost_HasFewComponents(string tab)
    {
        Fleet.Report(Samples.Entry());

        Assert.InRange(Open(tab: tab).FindComponents<IComponent>().Count, 1, 40);
    }

    [Fact]
    public void Render_KeyIdsInUse_AreAGaugeWithBothSources()
    {
        Fleet.Report(Samples.Entry());

        IElement fact = KeyIds(Open());

        Assert.Equal("3/31", fact.QuerySelector(".usage .text")!.TextContent);
        Assert.Contains("/sys/fs/cgroup/misc.current; of /sys/fs/cgroup/misc.capacity", fact.InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_KeyIdsOfAnOlderSnapshot_AreTheirNumberWithoutAGauge()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot() with { Platform = null });

        IElement fact = KeyIds(Open());

        Assert.Contains("31 for trust domains", fact.TextContent, StringComparison.Ordinal);
        Assert.Null(fact.QuerySelector(".usage"));
    }

    [Fact]
    public void Render_Pamt_DrawsItsCostWithTheChartOfHistoryAndPlanner()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot(layout: TdmrBuilder.Build(Tdx.Memory.MemoryMap.Create(Samples.Blocks), Samples.Limits)));

        IRenderedComponent<HostPage> page = Open(tab: "pamt");

        IElement card = page.Find("section[aria-labelledby=dynamic]");
        Assert.Equal(21, card.QuerySelectorAll("figure.chart tbody tr").Length);
        Assert.NotEmpty(card.QuerySelectorAll("figure.chart figcaption .mark"));
        Assert.Empty(card.QuerySelectorAll("svg"));
        Assert.Equal(["25.0 %", "25.0 %", "25.0 %", "25.0 %"], page.FindAll("section[aria-labelledby=pamt] .usage .text").Select(text => text.TextContent));
    }

    [Fact]
    public void Render_Platform_ShowsDecodedRegistersAndServicesWithTheirSource()
    {
        Fleet.Report(Samples.Entry());

        IElement card = Open().Find("section[aria-labelledby=platform]");

        Assert.Contains("31 for TME-MT, 32 for TDX [32, 64), 31 of them for guests", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("32 MiB at 0x7a000000, enabled, locked", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("mpa_registration_tool installed, qgsd running", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("/dev/cpu/0/msr, MSR 0x87", card.InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OfAnImportedFile_ShowsWhatElseItSaysAndNeverGoesSilent()
    {
        Snapshot snapshot = ImportReader.Read("### TDX kernel logs\nNUM_TDX_PRIV_KEYS: 3f\nProduction platform: Production\n[  1.0] smpboot: CPU0: Intel(R) Xeon(R) (family: 0x6, model: 0xcf, stepping: 0x2)\n").Named("rack1");
        Fleet.Report(Samples.Entry(origin: Origin.File, secondsAgo: 3_600), snapshot);

        IRenderedComponent<HostPage> page = Render<HostPage>(parameters => parameters.Add(p => p.HostId, Samples.HostId));

        Assert.Contains("63", page.Find("section[aria-labelledby=report]").TextContent, StringComparison.Ordinal);
        Assert.Contains("reported by file", page.Find("header.head").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("silent", page.Find("header.head").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find("[data-check='platform.production'].passed"));
    }

    [Fact]
    public void Render_NotReady_ShowsFailedChecksWithEvidenceAndRemedy()
    {
        Fleet.Report(Samples.Entry());

        IElement card = Open(state: TdxState.NotInitialized).Find("section[aria-labelledby=readiness]");

        Assert.Contains("Why not ready", card.TextContent, StringComparison.Ordinal);
        string check = Assert.Single(card.QuerySelectorAll("details[open] li.failed")).TextContent;
        Assert.Equal(["kvm"], card.QuerySelectorAll("details[open]").Select(group => group.GetAttribute("data-group")));
        Assert.Equal("1 failed", card.QuerySelector("details[data-group=kvm] summary .muted")!.TextContent);
        Assert.Contains("KVM runs TDs", check, StringComparison.Ordinal);
        Assert.Contains("kvm_intel.tdx is N", check, StringComparison.Ordinal);
        Assert.Contains("Boot with kvm_intel.tdx=1.", check, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_UnreadableSource_ShowsReasonAndRemedy()
    {
        Fleet.Report(Samples.Entry());

        string sources = Open(tab: "raw").Find("section[aria-labelledby=sources]").TextContent;

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
    public void Render_DemoHost_PamtAddressesAreEmulatedAndHypothetical()
    {
        Fleet.Report(Samples.Entry(origin: Origin.Demo), Samples.Snapshot(Origin.Demo));

        IRenderedComponent<HostPage> page = Open(tab: "memory");

        IElement[] pamts = [.. page.FindAll("section[aria-labelledby=map] tbody tr").Where(row => row.Children[0].TextContent == "PAMT")];
        Assert.Equal(5, pamts.Length);
        Assert.All(pamts, row => Assert.Equal(["emulated", "hypothetical"], row.QuerySelectorAll(".mark").Select(mark => mark.TextContent.Trim())));
        Assert.All(page.FindAll("section[aria-labelledby=tdmrs] tbody tr"), row => Assert.Equal(2, row.QuerySelectorAll(".mark").Length));
        Assert.Contains("hypothetical", page.FindAll("header .mark").Select(mark => mark.TextContent.Trim()));
        Assert.Contains("the demo machine", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Origin.Demo, "demo host")]
    [InlineData(Origin.Live, "TDH.SYS.RD")]
    public void Render_EmulatedModule_MarksTheLineOfTheHeader(Origin origin, string source)
    {
        Fleet.Report(Samples.Entry(origin: origin), Samples.Snapshot(origin));

        IElement mark = Assert.Single(Open().FindAll("header .summary .mark.emulated"));

        Assert.Contains(source, mark.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tabs))]
    public void Render_LiveHost_HeaderNamesEveryProvenanceOnThePage(string tab)
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<HostPage> page = Open(tab: tab);

        string[] named = [.. page.FindAll("header p.muted .mark").Select(mark => mark.TextContent.Trim())];
        string[] shown = [.. page.FindAll(".report .mark").Select(mark => mark.ChildNodes.OfType<IText>().First(text => text.TextContent.Trim().Length > 0).TextContent.Trim()).Distinct()];
        Assert.Superset(shown.ToHashSet(), named.ToHashSet());
        Assert.Contains("computed", named);
        Assert.Contains("hypothetical", named);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Render_TakenAcrossUpdate_WarnsOnTheModuleCard(bool across)
    {
        Snapshot snapshot = Samples.Snapshot();
        Fleet.Report(Samples.Entry(), snapshot with { Module = snapshot.Module with { TakenAcrossUpdate = across } });

        IElement card = Open().Find("section[aria-labelledby=module]");

        Assert.Equal(across ? ["Taken across an update"] : [], card.QuerySelectorAll(".warning h3").Select(heading => heading.TextContent.Trim()));
    }

    [Fact]
    public void Render_HugePamts_SaysTooLargeAndStands()
    {
        Tdmr[] tdmrs = [.. Enumerable.Range(0, 4_200).Select(i => new Tdmr(
            new AddressRange((ulong)i << 30, (ulong)(i + 1) << 30),
            new Pamt(0, new PhysAddr(0), new ByteSize(1UL << 52), new ByteSize(4096), new ByteSize(4096)),
            []))];
        var layout = new TdmrLayout { Error = LayoutError.None, Log = [], Tdmrs = tdmrs, TdmrsNeeded = tdmrs.Length, PamtKiB = 1 };

        IRenderedComponent<PamtTotals> totals = Render<PamtTotals>(p => p.Add(t => t.View, Samples.View(Samples.Snapshot()) with { Snapshot = Samples.Snapshot(layout: layout) }));

        Assert.Equal(2, totals.FindAll("dd .mono").Count(value => value.TextContent == "too large"));
        Assert.Contains("its log prints KiB as KB", totals.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ThousandsOfTdmrs_DrawsOnlyAFew()
    {
        Tdmr[] tdmrs = [.. Enumerable.Range(0, 4_200).Select(i => new Tdmr(new AddressRange((ulong)i << 30, (ulong)(i + 1) << 30), null, []))];
        TdmrLayout layout = Samples.FailedLayout() with { Tdmrs = tdmrs };

        IRenderedComponent<TdmrTable> table = Render<TdmrTable>(p => p
            .Add(t => t.View, Samples.View(Samples.Snapshot()))
            .Add(t => t.Layout, layout));

        Assert.Equal("4201", table.Find("table").GetAttribute("aria-rowcount"));
        Assert.InRange(table.FindAll("tbody tr").Count, 1, 200);
    }

    [Fact]
    public void Render_ReservedUse_HeadingSaysWhatTheRangeMeans()
    {
        HostView view = Samples.View(Samples.Snapshot()) with { ReservedUse = [new(1, 1, 4), new(2, 2, 2), new(1, 1, 3), new(1, 2, 3), new(1, 2, 3)] };

        IRenderedComponent<TdmrTable> table = Render<TdmrTable>(p => p.Add(t => t.View, view).Add(t => t.Layout, Samples.Layout()).Add(t => t.Limits, Samples.Limits));

        Assert.Contains("Any PAMT place", table.FindAll("th").Select(heading => heading.TextContent));
        Assert.Equal(["1 to 4", "always 2"], table.FindAll("td.any-place").Take(2).Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Render_LargeMap_IsWorkedOutOnAWorkerBehindASkeleton()
    {
        MemoryBlock[] blocks = [.. Enumerable.Range(1, 2_000).Select(i => new MemoryBlock(new AddressRange((ulong)i << 22, ((ulong)i << 22) + (1 << 21)), 0))];
        Fleet.Report(Samples.Entry(), Samples.Snapshot(blocks: blocks));
        using var release = new SemaphoreSlim(0);
        int runs = 0;
        IRenderedComponent<HostPage> page = Render<HostPage>(parameters => parameters
            .Add(p => p.HostId, Samples.HostId)
            .Add(p => p.ViewOf, snapshot =>
            {
                Interlocked.Increment(ref runs);
                release.Wait(TimeSpan.FromSeconds(10), Xunit.TestContext.Current.CancellationToken);
                return Samples.View(Samples.Snapshot());
            }));
        Assert.Single(page.FindAll("[aria-busy=true]"));

        Time.Advance(TimeSpan.FromSeconds(3));
        await page.InvokeAsync(() => { });
        release.Release(10);

        page.WaitForAssertion(() => Assert.Equal("rack1-a07", page.Find("h1").TextContent), TimeSpan.FromSeconds(10));
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Render_LayoutFailed_ShowsTheKernelsWordsAndNeedAgainstLimit()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot(layout: Samples.FailedLayout()));

        IElement failure = Open(tab: "memory").Find(".failure");

        Assert.Contains("virt/tdx: initialization failed: TDMR [0x100000000, 0x1080000000): reserved areas exhausted.", failure.TextContent, StringComparison.Ordinal);
        Assert.Contains("TDMR 1 needs 19 of 16 reserved areas", failure.TextContent, StringComparison.Ordinal);
        Assert.Contains("-ENOSPC", failure.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_HostileLogLine_StaysText()
    {
        Fleet.Report(Samples.Entry(), Samples.Snapshot(logLine: "virt/tdx: <img src=x onerror=alert(1)>"));

        IElement log = Open(tab: "raw").Find("section[aria-labelledby=log]");

        Assert.Empty(log.QuerySelectorAll("img"));
        Assert.Contains("<img src=x onerror=alert(1)>", log.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NewSnapshot_AppearsWithoutReload()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<HostPage> page = Open(tab: "memory");
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

    private static IElement KeyIds(IRenderedComponent<HostPage> page) =>
        page.FindAll("section[aria-labelledby=limits] .fact").Single(fact => fact.QuerySelector("dt")!.TextContent == "Private KeyIDs");

    private IRenderedComponent<HostPage> Open(string id = Samples.HostId, TdxState state = TdxState.Ready, string? tab = null) => Render<HostPage>(parameters => parameters
        .Add(page => page.HostId, id)
        .Add(page => page.Tab, tab)
        .Add(page => page.ViewOf, snapshot => Samples.View(snapshot, state)));
}
