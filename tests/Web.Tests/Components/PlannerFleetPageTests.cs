using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

public sealed class PlannerFleetPageTests : PageTestContext
{
    private const string OtherId = "11111111-2222-3333-4444-666666666666";

    [Fact]
    public void Render_Fleet_AddsUpAndNamesGapsWithTheirReason()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry(OtherId, "bare-host", hash: 'b'), SmallSnapshot.Make());

        IRenderedComponent<PlannerFleetPage> page = Open("price=4");

        page.WaitForAssertion(() => Assert.Equal("1 host: all would initialise", page.Find("#fleet-plan").TextContent), Patience);
        Assert.Contains("which cost 4", page.Find(".figures").TextContent, StringComparison.Ordinal);
        IElement gap = page.Find("section[aria-labelledby=fleet-plan] details");
        Assert.Contains("1 host could not be worked out", gap.TextContent, StringComparison.Ordinal);
        Assert.Contains("bare-host: The test has none.", gap.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_HostsWithGroups_AddsThemUpByGroupAndByModule()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry(OtherId, "other", hash: 'b'));
        Assert.True(LabelText.TryParse("site-b", out LabelText site));
        await Labels.ChangeAsync(new Dictionary<string, HostLabels> { [OtherId] = HostLabels.None with { Group = site } }, Samples.By, Xunit.TestContext.Current.CancellationToken);

        IRenderedComponent<PlannerFleetPage> page = Open("price=4");

        page.WaitForAssertion(() => Assert.Equal([["no group", "1", "0"], ["site-b", "1", "0"]], Groups(page)), Patience);
        page.Find("section[aria-labelledby=fleet-plan-groups] select").Change("Module");
        page.WaitForAssertion(() => Assert.Equal([[Samples.Entry().Summary.Version.Value.ToString(), "2", "0"]], Groups(page)), Patience);
        Assert.EndsWith("/planner/fleet?price=4&by=module", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AModuleOfAnotherFamily_NamesTheHostInsteadOfPlanningIt()
    {
        Fleet.Report(Samples.Entry());
        string family = Samples.Entry().Summary.CpuFamily;
        PlanModule other = PlanModules.All.First(module => !module.Families.Contains(family));

        IRenderedComponent<PlannerFleetPage> page = Open("module=" + other.Name);

        page.WaitForAssertion(() => Assert.Contains($"Module {other.Name} is for {string.Join(", ", other.Families)}, and the CPU is {family}.", page.Find("section[aria-labelledby=fleet-plan] details").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal("No host could be worked out", page.Find("#fleet-plan").TextContent);
    }

    [Fact]
    public void Table_AMachineWithoutTdmrs_SaysThatThereAreNone()
    {
        FleetPlan plan = FleetPlan.Of([new FleetMachine("", Reading.Known(PlanText.Parse("1 socket x 64 GiB, max-tdmrs 0").Machine!, Provenance.Hypothetical, "plan"), 3)], cancellation: Xunit.TestContext.Current.CancellationToken);

        IRenderedComponent<PlannerFleetTable> table = Render<PlannerFleetTable>(parameters => parameters.Add(t => t.Rows, PlannerFleetRow.Of([], plan)).Add(t => t.CsvFile, ""));

        Assert.Equal("TDMRs, there are none", table.Find("tbody td:nth-child(3)").TextContent);
    }

    [Fact]
    public void ByHeadroom_PutsWhatFailsFirstThenWhatIsNearestToAnyLimit()
    {
        Fleet.Report(Samples.Entry());
        FleetHost host = Services.GetRequiredService<IFleetProjection>().Current.Hosts[0];
        FleetRow[] rows = [.. FleetPlan.Of(((string[])["1 socket x 64 GiB", "60 sockets x 2 GiB", "2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G", "2 sockets x 64 GiB, hole 2G-4G, firmware 6 x 64 KiB in 1M-1G"])
            .Select((text, i) => new FleetMachine($"{i}", Reading.Known(PlanText.Parse(text).Machine!, Provenance.Hypothetical, "plan"))), cancellation: Xunit.TestContext.Current.CancellationToken).Rows];

        IReadOnlyList<PlannerFleetRow> ordered = PlannerFleetRow.ByHeadroom([new PlannerFleetRow(host, null, new FleetGap("gap", "", "")), .. rows.Select(row => new PlannerFleetRow(host, row, null))]);

        Assert.Equal(["2", "1", "3", "0", null], ordered.Select(one => one.Row?.Id));
    }

    [Fact]
    public void Levels_MoreThanAreShown_ArePutTogether()
    {
        FleetHeadroom[] levels = [.. Enumerable.Range(-25, 30).Select(left => new FleetHeadroom(left, 2))];

        IRenderedComponent<PlannerFleetLevels> table = Render<PlannerFleetLevels>(parameters => parameters.Add(t => t.Caption, "Hosts").Add(t => t.Levels, levels).Add(t => t.Uncounted, 3).Add(t => t.Machines, 63));

        IReadOnlyList<IElement> rows = table.FindAll("tbody tr");
        Assert.Equal(22, rows.Count);
        Assert.Equal(("25 too few", "2"), (rows[0].Children[0].TextContent, rows[0].Children[1].TextContent));
        Assert.Equal(("all others", "20"), (rows[20].Children[0].TextContent, rows[20].Children[1].TextContent));
        Assert.Equal(("not counted", "3"), (rows[21].Children[0].TextContent, rows[21].Children[1].TextContent));
    }

    [Fact]
    public void Render_NextPurchase_CountsWhatIsBoughtAndWhatEachGets()
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<PlannerFleetPage> page = Open("add=64&buy=20&like=" + Uri.EscapeDataString("2 sockets x 1 TiB, hole 2G-4G"));

        page.WaitForAssertion(() => Assert.Equal("21 hosts, 20 of them to buy: all would initialise", page.Find("#fleet-plan").TextContent), Patience);
        Assert.Contains(["to buy", "20", "0"], Groups(page));
        IElement row = page.FindAll("section[aria-labelledby=fleet-plan-hosts] tbody tr").Single(one => one.TextContent.Contains("20 to buy", StringComparison.Ordinal));
        Assert.Equal("/planner?plan=2+sockets+x+1+TiB,+hole+2G-4G", row.QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("2 TiB", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("hosts to buy as their plan says, TDs included", page.Find("section[aria-labelledby=fleet-plan]").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll("section[aria-labelledby=fleet-plan] caption").Count);
    }

    [Theory]
    [InlineData("buy=20", "20 hosts are to be bought, and no plan says what they are")]
    [InlineData("buy=20&like=2+sockets+x+1TB", "The plan of the hosts to buy, column 13: ")]
    [InlineData("add=-1", "use a whole number from 0 to 65536")]
    [InlineData("module=best&use=101", "use a number from 0 to 100")]
    public void Render_AddressThatIsNotUnderstood_NamesItAndShowsTheRest(string query, string problem)
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<PlannerFleetPage> page = Open(query);

        page.WaitForAssertion(() => Assert.Equal("1 host: all would initialise", page.Find("#fleet-plan").TextContent), Patience);
        Assert.Contains(problem, page.Find(".problems").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Add to each, GiB", "1.5", "write a whole number from 0 to 65536.")]
    [InlineData("Hosts to buy", "many", "write a whole number from 0 to 100000.")]
    [InlineData("Price per GiB", "4,5", "write a number from 0 to 1000000, with a point and at most 4 digits behind it.")]
    [InlineData("Price per GiB", "0.00001", "write a number from 0 to 1000000, with a point and at most 4 digits behind it.")]
    public void Field_OfWhatIsNoNumber_SaysWhatToWrite(string field, string value, string problem)
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<PlannerFleetPage> page = Open("");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#fleet-plan")), Patience);

        page.FindAll("form label").Single(label => label.TextContent.Trim() == field).QuerySelector("input")!.Change(value);

        page.WaitForAssertion(() => Assert.EndsWith(problem, page.Find("[role=alert]").TextContent, StringComparison.Ordinal), Patience);
    }

    private static List<string[]> Groups(IRenderedComponent<PlannerFleetPage> page) =>
        [.. page.FindAll("section[aria-labelledby=fleet-plan-groups] tbody tr").Select(row => row.Children.Take(3).Select(cell => cell.FirstChild!.TextContent.Trim()).ToArray())];

    [Fact]
    public void Render_Search_LeavesOthersOut()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry(OtherId, "other", state: TdxState.Failed, hash: 'b'), SmallSnapshot.Make());

        IRenderedComponent<PlannerFleetPage> page = Open("q=host:other");

        page.WaitForAssertion(() => Assert.Equal("No host could be worked out", page.Find("#fleet-plan").TextContent), Patience);
    }

    [Fact]
    public void Change_OfTheModule_GoesIntoTheAddress()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<PlannerFleetPage> page = Open("");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#fleet-plan")), Patience);

        page.FindAll("form select")[0].Change("tdx-2.0.08-gnr");

        page.WaitForAssertion(() => Assert.EndsWith("/planner/fleet?module=tdx-2.0.08-gnr", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal), Patience);
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(201, true)]
    public void Render_MoreHostsThanAreDrawn_NamesTheFileOfAllForPaper(int hosts, bool isNoted)
    {
        Fleet.Report(Samples.Entry());
        FleetHost host = Services.GetRequiredService<IFleetProjection>().Current.Hosts[0];
        PlannerFleetRow[] rows = [.. Enumerable.Repeat(new PlannerFleetRow(host, null, null), hosts)];

        IRenderedComponent<PlannerFleetTable> table = Render<PlannerFleetTable>(parameters => parameters.Add(t => t.Rows, rows).Add(t => t.CsvFile, "http://localhost/planner/fleet.csv?price=4"));

        Assert.Equal(isNoted, table.Markup.Contains("Of 201 hosts only the rows around those that were in sight are printed.", StringComparison.Ordinal));
        Assert.Equal(isNoted, table.Markup.Contains("http://localhost/planner/fleet.csv?price=4", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_AtATime_AddsUpTheFleetOfThen()
    {
        Fleet.Report(Samples.Entry());
        Past.Fleets[Samples.Now.AddDays(-1)] = [.. Fleet.Hosts];
        Fleet.Report(Samples.Entry(OtherId, "newer", hash: 'b'));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/planner/fleet");

        IRenderedComponent<PlannerFleetPage> then = Render<PlannerFleetPage>(page => page.AddCascadingValue(new AsOf(Samples.Now.AddDays(-1))));
        then.WaitForAssertion(() => Assert.Equal("1 host: all would initialise", then.Find("#fleet-plan").TextContent), Patience);
        Assert.All(then.FindAll("section[aria-labelledby=fleet-plan-hosts] tbody a"), link => Assert.Contains("at=", link.GetAttribute("href"), StringComparison.Ordinal));

        IRenderedComponent<PlannerFleetPage> now = Render<PlannerFleetPage>();
        now.WaitForAssertion(() => Assert.Equal("2 hosts: all would initialise", now.Find("#fleet-plan").TextContent), Patience);
    }

    [Fact]
    public void Render_NoHosts_SaysHowToGetOne()
    {
        IRenderedComponent<PlannerFleetPage> page = Open("");

        page.WaitForAssertion(() => Assert.Contains("No host has reported yet", page.Markup, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task PlanAsync_AHostAsItIs_GivesTheSnapshotsOwnTotalsAndAChangeIsHypothetical()
    {
        Fleet.Report(Samples.Entry());
        FleetPlanner planner = Services.GetRequiredService<FleetPlanner>();
        FleetHost host = Services.GetRequiredService<IFleetProjection>().Current.Hosts[0];

        FleetPlan plan = await planner.PlanAsync([host], FleetChange.None, null, Xunit.TestContext.Current.CancellationToken);
        FleetPlan changed = await planner.PlanAsync([host], new PlannerFleetState { Module = "tdx-1.5.16-srf", DynamicPamt = DynamicPamtChoice.On }.Change, null, Xunit.TestContext.Current.CancellationToken);

        Assert.Equal(Samples.Blocks.Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes), plan.Total.Memory);
        Assert.Equal((Provenance.Computed, Provenance.Hypothetical), (plan.Rows[0].Provenance, changed.Rows[0].Provenance));
        Assert.Equal(plan.Total.StaticPamt, plan.Total.Paid);
        Assert.Equal(plan.Total.Memory, changed.Total.Memory);
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(20);

    private IRenderedComponent<PlannerFleetPage> Open(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/planner/fleet?" + query);
        return Render<PlannerFleetPage>();
    }
}
