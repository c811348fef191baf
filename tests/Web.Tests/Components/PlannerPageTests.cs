using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>The planner over a real store.</summary>
public sealed class PlannerPageTests : HistoryTestContext
{
    private const string Small = "1 socket x 64 GiB, hole 2G-4G, keyids 8, tds 4 x 8 GiB";
    private const string Failing = "1 socket x 64 GiB, firmware 18 x 64 KiB in 1M-1G";

    [Fact]
    public void Render_NoPlan_OffersPresetsAsLinks()
    {
        IRenderedComponent<PlannerPage> page = Open("");

        IReadOnlyList<IElement> links = page.FindAll("section[aria-labelledby=plan-empty] li a");
        Assert.Equal(PlanPresets.All.Select(preset => preset.Title), links.Select(link => link.TextContent));
        Assert.All(links, link => Assert.StartsWith("/planner?plan=", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Empty(page.FindAll("section.map"));
    }

    [Fact]
    public void Render_Plan_ShowsVerdictCardsAndMapMarkedHypothetical()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));

        page.WaitForAssertion(() => Assert.Equal("Would initialise", page.Find("#verdict").TextContent), Patience);
        Assert.Contains("virt/tdx: module initialized", page.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.Contains("hypothetical", page.Find(".sentence").TextContent, StringComparison.Ordinal);
        Assert.Contains("break-even", page.Find("section[aria-labelledby=plan-pamt]").TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("private KeyIDs", page.Find("section[aria-labelledby=plan-tds]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".memory-map"));
        page.WaitForAssertion(() => Assert.Contains("with one more", page.Find("section[aria-labelledby=plan-headroom]").TextContent, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public void Render_PlanThatMustFail_SaysSoInWordsAndInTheKernelsLines()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Failing));

        page.WaitForAssertion(() => Assert.Equal("Would not initialise", page.Find("#verdict").TextContent), Patience);
        Assert.Contains(" of 16 reserved areas.", page.Find(".sentence").TextContent, StringComparison.Ordinal);
        Assert.Contains("reserved areas exhausted", page.Find("pre").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_TextWithAMistake_KeepsTheLastResultsAndNamesThePlace()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")), Patience);

        await TypeAsync(page, "1 socket x 64 GiB,\nhole 4G-2G");

        page.WaitForAssertion(() => Assert.Contains("line 2, column 6: ", page.Find("#plan-problems li").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal("Would initialise", page.Find("#verdict").TextContent);
        Assert.Contains("those of the last plan that could be read", page.Find("#plan-problems").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".cards.behind"));
    }

    [Fact]
    public async Task Typed_MegabyteOfText_IsRefusedAndThePageStands()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")), Patience);

        await page.InvokeAsync(() => page.FindComponent<PlanEditor>().Instance.TooLong(1 << 20));

        page.WaitForAssertion(() => Assert.Contains("The plan has 1,048,576 characters; at most 65,536 are accepted.", page.Find("#plan-problems li").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal("Would initialise", page.Find("#verdict").TextContent);
    }

    [Fact]
    public async Task Typed_Plan_IsCarriedByTheAddress()
    {
        IRenderedComponent<PlannerPage> page = Open("");

        await TypeAsync(page, "1 socket x 64 GiB");

        Assert.EndsWith("/planner?plan=1+socket+x+64+GiB", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.EndsWith("/planner?plan=1+socket+x+64+GiB", page.Find("[data-copy]").GetAttribute("data-copy"), StringComparison.Ordinal), Patience);
    }

    [Fact]
    public void Field_Changed_WritesIntoTheText()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")), Patience);

        page.FindAll(".fields input").Single(field => field.GetAttribute("value") == "8").Change("64");

        page.WaitForAssertion(() => Assert.Contains("keyids+64", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal), Patience);
    }

    private static IElement SecondCell(IRenderedComponent<PlannerPage> page, string heading) =>
        page.FindAll("section[aria-labelledby=plan-compare] tbody tr").Single(row => row.Children[0].TextContent == heading).Children[2];

    [Fact]
    public void Copy_OfAPlan_StandsBesideItAndDifferencesAreMarked()
    {
        IRenderedComponent<PlannerPage> page = Open($"a={Uri.EscapeDataString(Small)}&b={Uri.EscapeDataString(Small.Replace("64", "128", StringComparison.Ordinal))}");

        page.WaitForAssertion(() => Assert.Contains("128 GiB", page.Find("section[aria-labelledby=plan-compare]").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal(2, page.FindAll(".on-paper .text").Count);
        // The search for headroom draws the table anew while it is looked at.
        page.WaitForAssertion(() => Assert.True(SecondCell(page, "Memory").ClassList.Contains("differs")), Patience);
        page.WaitForAssertion(() => Assert.False(SecondCell(page, "NUMA nodes").ClassList.Contains("differs")), Patience);
    }

    [Fact]
    public void Compare_AFigureThatOneHasAndTheOtherHasNot_IsMarked()
    {
        IRenderedComponent<PlannerPage> page = Open($"a={Uri.EscapeDataString(Small)}&b={Uri.EscapeDataString(Failing)}");

        // A machine that does not initialise runs no TD.
        page.WaitForAssertion(() => Assert.Equal("–, not as in plan A", SecondCell(page, "Left for TDs").TextContent.Trim()), Patience);
        page.WaitForAssertion(() => Assert.True(SecondCell(page, "More GiB until a limit").ClassList.Contains("differs")), Patience);
    }

    [Fact]
    public void Copy_AtFourPlans_IsNotOffered()
    {
        string plan = Uri.EscapeDataString(Small);

        IRenderedComponent<PlannerPage> three = Open($"a={plan}&b={plan}&c={plan}");
        Assert.Contains(three.FindAll("[aria-label=Plans] button"), button => button.TextContent == "Compare with a copy");

        IRenderedComponent<PlannerPage> four = Open($"a={plan}&b={plan}&c={plan}&d={plan}");
        Assert.DoesNotContain(four.FindAll("[aria-label=Plans] button"), button => button.TextContent == "Compare with a copy");
        Assert.Contains(four.FindAll("[aria-label=Plans] button"), button => button.TextContent == "Remove plan A");
    }

    [Fact]
    public async Task Typed_Plan_IsDrawnInTheMap()
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.Equal(0x10_8000_0000UL, page.FindComponent<MemoryMapView>().Instance.Map.Regions.Max(region => region.Range.End.Value)), Patience);

        await TypeAsync(page, Small.Replace("64 GiB", "128 GiB", StringComparison.Ordinal));

        page.WaitForAssertion(() => Assert.Equal(0x20_8000_0000UL, page.FindComponent<MemoryMapView>().Instance.Map.Regions.Max(region => region.Range.End.Value)), Patience);
    }

    [Fact]
    public void Render_TamperedLink_NamesItAndTheOtherPlanStands()
    {
        IRenderedComponent<PlannerPage> page = Open($"a={Uri.EscapeDataString(Small)}&b=~AAAA");

        page.WaitForAssertion(() => Assert.Equal("Would initialise", page.Find("#verdict").TextContent), Patience);
        Assert.Contains("'b' in the address holds a plan that is cut off", page.Find(".problems").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_UnknownHost_NamesItAndThePageStands()
    {
        IRenderedComponent<PlannerPage> page = Open("host=nobody");

        page.WaitForAssertion(() => Assert.Contains("No host with the identity nobody has reported", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
        Assert.NotEmpty(page.FindAll("textarea"));
    }

    [Fact]
    public async Task Render_PlanOfAHost_HasTheSnapshotsProvenanceUntilItIsChanged()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start, Samples.Snapshot());
        IRenderedComponent<PlannerPage> page = Open($"host={HistoryStore.HostId(1)}");

        page.WaitForAssertion(() => Assert.Contains("computed", page.Find(".sentence").TextContent, StringComparison.Ordinal), Patience);
        Assert.Contains("unchanged", page.Find(".top").TextContent, StringComparison.Ordinal);

        await TypeAsync(page, PlanEdit.Set(page.FindComponent<PlanEditor>().Instance.Sheet.Text, "keyids", "64"));

        page.WaitForAssertion(() => Assert.Contains("hypothetical", page.Find(".sentence").TextContent, StringComparison.Ordinal), Patience);
        Assert.Contains("changed since", page.Find(".top").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_Chosen_GivesItsPlanWhichTheAddressCarries()
    {
        IRenderedComponent<PlannerPage> page = Open("");

        Choose(page, "iomem.txt", "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n100000000-207fffffff : System RAM\nother\n");

        page.WaitForAssertion(() => Assert.Equal("Would initialise", page.Find("#verdict").TextContent), Patience);
        Assert.Equal("ram 0x1000-0xa0000@node0, ram 0x100000-0x80000000@node0, ram 0x100000000-0x2080000000@node0", page.FindComponent<PlanEditor>().Instance.Sheet.Text);
        Assert.Contains("plan=ram+0x1000-0xa0000", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Contains("The plan is that of iomem.txt: 3 of 4 lines used.", page.Find(".source [role=status]").TextContent, StringComparison.Ordinal);
        Assert.Contains("node 0", page.Find(".source [role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_Chosen_HasItsProvenanceUntilThePlanIsChanged()
    {
        IRenderedComponent<PlannerPage> page = Open("");

        Choose(page, "snapshot.json", SnapshotCodec.WriteIndented(Samples.Snapshot()));

        page.WaitForAssertion(() => Assert.Contains("computed", page.Find(".sentence").TextContent, StringComparison.Ordinal), Patience);
        await TypeAsync(page, PlanEdit.Set(page.FindComponent<PlanEditor>().Instance.Sheet.Text, "keyids", "64"));
        page.WaitForAssertion(() => Assert.Contains("hypothetical", page.Find(".sentence").TextContent, StringComparison.Ordinal), Patience);
        Assert.Empty(page.FindAll(".source [role=status]"));
    }

    [Fact]
    public void PlanFile_Chosen_IsTakenAsItIsWritten()
    {
        IRenderedComponent<PlannerPage> page = Open("");

        Choose(page, "plan.txt", "1 socket x 64 GiB # one\nhole 2G-4G\n");

        page.WaitForAssertion(() => Assert.Equal("Would initialise", page.Find("#verdict").TextContent), Patience);
        Assert.Equal("1 socket x 64 GiB # one\nhole 2G-4G\n", page.FindComponent<PlanEditor>().Instance.Sheet.Text);
    }

    [Theory]
    [InlineData("* nothing of this is a plan\n", "Nothing in the text speaks of TDX or of memory")]
    [InlineData("virt/tdx: module initialized\n", "there is no memory to plan with")]
    [InlineData("{\"format\": \"tdxprobe-dump\"}", "tdxprobe show --replay FILE --json")]
    [InlineData("\u0000\u0001", "The file is binary.")]
    public void File_WithNothingToPlanWith_IsNamedAndThePlanStays(string text, string reason)
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")), Patience);

        Choose(page, "some.txt", text);

        page.WaitForAssertion(() => Assert.Contains(reason, page.Find(".source [role=alert]").TextContent, StringComparison.Ordinal), Patience);
        Assert.StartsWith("some.txt: ", page.Find(".source [role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal(Small, page.FindComponent<PlanEditor>().Instance.Sheet.Text);
        Assert.Equal("Would initialise", page.Find("#verdict").TextContent);
    }

    [Theory]
    [InlineData("DIMMs", "8", "1 socket x 8 dimms x 64 GiB, hole")]
    [InlineData("NUMA nodes", "2", "1 socket x 2 nodes x 64 GiB, hole")]
    [InlineData("Sockets", "4", "4 sockets x 64 GiB, hole")]
    [InlineData("Memory of each", "1 TiB", "1 socket x 1 TiB, hole")]
    [InlineData("Added", "16 GiB@node1, 8 GiB", "add 16 GiB@node1, add 8 GiB")]
    [InlineData("Removed", "16 GiB", "remove 16 GiB")]
    [InlineData("Hot-plug", "16 GiB", "hot-plug 16 GiB")]
    [InlineData("CXL", "512 GiB@node2", "cxl 512 GiB@node2")]
    [InlineData("Most TDMRs", "8", "max-tdmrs 8")]
    [InlineData("Reserved areas a TDMR", "4", "max-reserved 4")]
    [InlineData("PAMT entries", "16/16/16", "pamt-entries 16/16/16")]
    [InlineData("Address bits", "46", "address-bits 46")]
    [InlineData("In 4 KiB pages", "80", "small-pages 80%")]
    public void Field_OfEachPart_WritesIntoTheText(string label, string value, string expected)
    {
        IRenderedComponent<PlannerPage> page = Open("plan=" + Uri.EscapeDataString(Small));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")), Patience);

        page.FindAll(".fields label").Single(field => field.TextContent.Trim() == label).QuerySelector("input")!.Change(value);

        page.WaitForAssertion(() => Assert.Contains(expected, page.FindComponent<PlanEditor>().Instance.Sheet.Text, StringComparison.Ordinal), Patience);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("#plan-problems li")), Patience);
    }

    [Fact]
    public void Files_OfAPlan_HaveItsCanonicalTextAndFigures()
    {
        PlanView view = PlanView.Of(Small, null).View!;
        var result = new PlanSheetResult(view, Headroom.Of(view.Result.Machine, Xunit.TestContext.Current.CancellationToken));

        Assert.Contains(PlanText.Write(view.Spec), PlanFiles.Csv([result]), StringComparison.Ordinal);
        Assert.Equal(3, PlanFiles.Csv([result, result]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        using var one = System.Text.Json.JsonDocument.Parse(PlanFiles.Json([result]));
        using var two = System.Text.Json.JsonDocument.Parse(PlanFiles.Json([result, result]));
        Assert.Equal((64 * ByteSize.GiB, "hypothetical"), (one.RootElement.GetProperty("memory").GetUInt64(), one.RootElement.GetProperty("provenance").GetString()));
        Assert.Equal(2, two.RootElement.GetArrayLength());
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(20);

    private static void Choose(IRenderedComponent<PlannerPage> page, string name, string text) => page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(text, name));

    private static Task TypeAsync(IRenderedComponent<PlannerPage> page, string text) => page.InvokeAsync(() => page.FindComponent<PlanEditor>().Instance.Typed(text));

    private IRenderedComponent<PlannerPage> Open(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/planner?" + query);
        return Render<PlannerPage>();
    }
}
