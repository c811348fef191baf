using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Alerts;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Tests.Components;

public sealed class AlertsPageTests : PageTestContext
{
    private const string OtherId = "22222222-2222-3333-4444-555555555555";

    [Fact]
    public void Page_NothingFires_SaysWhatIsLookedAtAndThatNobodyWouldBeTold()
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<AlertsPage> page = Open();

        Assert.Contains("8 rules are held against 1 host", page.Find("section.card").TextContent, StringComparison.Ordinal);
        Assert.Contains("nobody would be told", page.Find("section.card").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_Alerts_StandInTheirPartsWithLinksAndMarks()
    {
        Fleet.Report(Samples.Entry(origin: Origin.Demo));
        Fleet.Report(Samples.Entry(OtherId, "rack2-b01"));
        Alerts.Silences = [new AlertSilence { Id = 5, HostId = OtherId, Reason = "BIOS update", Author = "anna", Until = Samples.Now.AddHours(1) }];
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas), Firing(OtherId, AlertKind.Tdmrs), Pending(OtherId, AlertKind.KeyIdsFree));

        IRenderedComponent<AlertsPage> page = Open();

        IElement row = Assert.Single(page.FindAll("[data-alert]"));
        Assert.Contains("11 of 16 reserved areas are used", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("emulated (demo)", row.TextContent, StringComparison.Ordinal);
        Assert.Equal($"/hosts/{Samples.HostId}", row.QuerySelector("th a")!.GetAttribute("href"));
        Assert.Equal(["1 firing", "1 pending", "1 silenced", "Resolved", "8 rules", "1 silence", "0 targets"], page.FindAll("[data-part]").Select(part => part.TextContent.Trim()));
        Assert.Contains("BIOS update", Open("show=silenced").Find("[data-alert]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Fires when it is so for 5 min", Open("show=pending").Find("[data-alert]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rule=tdmrs", OtherId)]
    [InlineData("group=lab", OtherId)]
    [InlineData("host=rack1", Samples.HostId)]
    [InlineData($"host={OtherId}", OtherId)]
    public async Task Page_Filter_LeavesWhatItAsksFor(string query, string hostId)
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry(OtherId, "rack2-b01"));
        await Labels.ChangeAsync(new Dictionary<string, HostLabels> { [OtherId] = Live.FleetSamples.Labels("lab") }, Samples.By, Xunit.TestContext.Current.CancellationToken);
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas), Firing(OtherId, AlertKind.Tdmrs));

        Assert.Equal(hostId, Assert.Single(Open(query).FindAll("[data-alert]")).GetAttribute("data-host"));
    }

    [Fact]
    public void Page_NewAlert_ShowsUpByItself()
    {
        Fleet.Report(Samples.Entry());
        IRenderedComponent<AlertsPage> page = Open();

        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas));
        page.WaitForAssertion(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Single(page.FindAll("[data-alert]"));
        });
    }

    [Fact]
    public void Page_ManyAlerts_ComeInPages()
    {
        Fleet.Report(Samples.Entry());
        Alerts.Publish([.. Enumerable.Range(0, 250).Select(i => Firing($"host-{i}", AlertKind.HostSilent))]);

        IRenderedComponent<AlertsPage> page = Open("page=3");

        Assert.Equal(50, page.FindAll("[data-alert]").Count);
        Assert.Contains("201 to 250 of 250", page.Find(".pages").TextContent, StringComparison.Ordinal);
        Assert.Equal("/alerts?page=2", page.Find(".pages a").GetAttribute("href"));
    }

    [Fact]
    public void Silence_OfAnAlert_AsksForItsHostAndRuleWithTimeAndReason()
    {
        Fleet.Report(Samples.Entry());
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas));
        IRenderedComponent<AlertsPage> page = Open();

        page.FindAll("button").Single(button => button.TextContent == "Silence").Click();
        page.FindAll("form input").Single(input => input.GetAttribute("placeholder")?.StartsWith("BIOS", StringComparison.Ordinal) == true).Change("replacing a DIMM");
        page.Find("form").Submit();

        Assert.Equal((Samples.HostId, 1L, "replacing a DIMM", Samples.Now.AddHours(4)), (Alerts.Silence!.HostId, Alerts.Silence.RuleId, Alerts.Silence.Reason, Alerts.Silence.Until));
        Assert.Empty(page.FindAll("form"));
    }

    [Fact]
    public void Rule_Changed_IsSavedInItsUnitsAndRefusalsAreShown()
    {
        IRenderedComponent<AlertsPage> page = Open("show=rules");
        page.Find("[data-rule=tdmrs] button").Click();
        IElement[] fields = [.. page.FindAll("form input.short")];
        Assert.Equal(["90", "80", "1 min", "1 min"], fields.Select(field => field.GetAttribute("value")));
        page.FindAll("form input.short")[0].Change("95.5");
        Alerts.Answer = "No.";
        page.Find("form").Submit();

        Assert.Contains("No.", page.Find("form .problem").TextContent, StringComparison.Ordinal);
        Assert.Equal((0.955, 0.8), (Math.Round(Alerts.Rule!.Raise, 6), Alerts.Rule.Clear));

        page.FindAll("form input.short")[2].Change("soon");
        page.Find("form").Submit();
        Assert.Contains("'soon'", page.Find("form .problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Target_Listed_ShowsTroubleAndNeverItsSecret()
    {
        Alerts.Targets = [new AlertTarget { Id = 3, Draft = new TargetDraft("on-call", AlertTargetKind.Webhook, "https://hooks.example.com/secret-path"), ProtectedSecret = "canary-1f0e", Failure = "hooks.example.com answered 500.", FailedAt = Samples.Now }];
        IRenderedComponent<AlertsPage> page = Open("show=targets");

        Assert.Contains("answered 500", page.Find("[data-target]").TextContent, StringComparison.Ordinal);
        Assert.Contains("https://hooks.example.com", page.Find("[data-target]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", page.Markup, StringComparison.Ordinal);
        page.FindAll("[data-target] button")[0].Click();
        page.FindAll("[data-target] button")[1].Click();
        page.Find("form").Submit();

        Assert.Equal(["test 3", "target Webhook https://hooks.example.com/secret-path kept"], Alerts.Asked);
        Assert.DoesNotContain("canary-1f0e", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ViewerOfAGroup_SeesItsHostsAloneAndChangesNothing()
    {
        Fleet.Report(Samples.Entry());
        Fleet.Report(Samples.Entry(OtherId, "rack2-b01"));
        await Labels.ChangeAsync(new Dictionary<string, HostLabels> { [OtherId] = Live.FleetSamples.Labels("lab") }, Samples.By, Xunit.TestContext.Current.CancellationToken);
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas), Firing(OtherId, AlertKind.Tdmrs));
        Assert.True(LabelText.TryParse("lab", out LabelText lab));
        Viewer.Rights = new Rights([new Grant(Role.Viewer, lab)]);

        IRenderedComponent<AlertsPage> page = Open();

        Assert.Equal(OtherId, Assert.Single(page.FindAll("[data-alert]")).GetAttribute("data-host"));
        Assert.Empty(page.FindAll("[data-alert] button"));
        Assert.Empty(Open("show=rules").FindAll("button"));
        Assert.Empty(Open("show=silences").FindAll("button"));
        Assert.Contains("for administrators", Open("show=targets").Find("#targets").ParentElement!.TextContent, StringComparison.Ordinal);
        Assert.Equal("1", Render<AlertBell>().Find("[data-firing]").GetAttribute("data-firing"));
    }

    [Fact]
    public void Bell_CountsWhatFiresAndIsNotSilenced()
    {
        Fleet.Report(Samples.Entry());
        Assert.Empty(Render<AlertBell>().Markup.Trim());
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas), Firing(Samples.HostId, AlertKind.Tdmrs), Pending(Samples.HostId, AlertKind.KeyIdsFree));
        Assert.Equal("2", Render<AlertBell>().Find("[data-firing]").GetAttribute("data-firing"));

        Alerts.Silences = [new AlertSilence { RuleId = 1, Reason = "r", Until = Samples.Now.AddHours(1) }];
        Assert.Equal("1", Render<AlertBell>().Find("[data-firing]").GetAttribute("data-firing"));
    }

    [Fact]
    public void HostCard_ShowsTheHostsAlertsAlone()
    {
        Fleet.Report(Samples.Entry());
        Alerts.Publish(Firing(Samples.HostId, AlertKind.ReservedAreas), Firing(OtherId, AlertKind.Tdmrs));

        IRenderedComponent<HostAlerts> card = Render<HostAlerts>(parameters => parameters.Add(host => host.HostId, Samples.HostId));

        Assert.Equal("reserved-areas", Assert.Single(card.FindAll("[data-alert]")).GetAttribute("data-alert"));
        Assert.Empty(Render<HostAlerts>(parameters => parameters.Add(host => host.HostId, "none")).Markup.Trim());
    }

    private LiveAlert Firing(string hostId, AlertKind kind) =>
        new(Rule(kind), hostId, AlertTrack.Fires(TimeSpan.Zero), Samples.Now.AddMinutes(-3), Samples.Now.AddMinutes(-2), IsTold: true);

    private LiveAlert Pending(string hostId, AlertKind kind) => new(Rule(kind), hostId, new AlertTrack(AlertStage.Pending, TimeSpan.Zero), Samples.Now.AddMinutes(-1));

    private AlertRule Rule(AlertKind kind) => Alerts.Rules.Single(rule => rule.Kind == kind);

    private IRenderedComponent<AlertsPage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/alerts?" + query);
        return Render<AlertsPage>();
    }
}
