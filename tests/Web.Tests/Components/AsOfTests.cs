using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Layout;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Tests.Components;

public sealed class AsOfTests : PageTestContext
{
    private const string HostA = "aaaaaaaa-0000-0000-0000-000000000001", HostB = "bbbbbbbb-0000-0000-0000-000000000002";

    private static readonly DateTimeOffset Then = new(2026, 2, 1, 12, 0, 0, TimeSpan.Zero);

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Fleet_AsOf_ShowsThatFleetAndNoNews()
    {
        Fleet.Report(Samples.Entry());
        Past.Fleets[Then] = [Samples.Entry("old", "rack0-old") with { LastSeen = Then }];
        IRenderedComponent<FleetPage> page = At<FleetPage>(Then);
        Assert.Contains("rack0-old", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("rack1-a07", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("silent", page.FindAll("tbody tr").First(row => row.TextContent.Contains("rack0-old", StringComparison.Ordinal)).TextContent, StringComparison.Ordinal);

        Assert.Equal("/fleet.csv?at=2026-02-01T12:00:00Z", page.Find("a[download]").GetAttribute("href"));

        Fleet.Report(Samples.Entry("new", "rack2-new"));
        Time.Advance(TimeSpan.FromSeconds(6));

        Assert.DoesNotContain("rack2-new", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fleet_BackToNowWhileAPastTimeLoads_ShowsTheFleetOfNow()
    {
        Fleet.Report(Samples.Entry());
        var loaded = new TaskCompletionSource();
        Past.Loaded = loaded.Task;
        IRenderedComponent<CascadingValue<AsOf>> root = Render<CascadingValue<AsOf>>(root => root.Add(cascade => cascade.Value, AsOf.Live).AddChildContent<FleetPage>());
        void Go(AsOf to) => root.Render(root => root.Add(cascade => cascade.Value, to).AddChildContent<FleetPage>());

        Go(new AsOf(Then));
        Assert.Single(root.FindAll("[aria-busy=true]"));
        Go(AsOf.Live);
        Assert.Contains("rack1-a07", root.Find("tr.host-row").TextContent, StringComparison.Ordinal);
        loaded.SetResult();
        await root.InvokeAsync(() => { });

        Assert.Contains("rack1-a07", root.Find("tr.host-row").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Fleet_AsOfBeforeAnyHistory_SaysWhenItBeginsAndLeadsThereAndBackToLive()
    {
        Fleet.Report(Samples.Entry());
        Past.Span = new HistorySpan(Then.AddDays(7), Then.AddDays(8), Then.AddDays(7));

        IRenderedComponent<FleetPage> page = At<FleetPage>(Then);

        Assert.Contains("No host had reported yet at 2026-02-01 12:00:00 UTC; history begins at 2026-02-08 12:00:00 UTC.", page.Find("section.card").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("./run", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["/?at=2026-02-08T12:00:00Z", "/"], page.FindAll("section.card a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public void Fleet_AsOf_KeepsTheTimeInItsLinksToStatesAndToAComparison()
    {
        Past.Fleets[Then] = [Samples.Entry(HostA, "rack0-a"), Samples.Entry(HostB, "rack0-b")];
        Nav.NavigateTo($"/?sel={HostA},{HostB}&at=2026-02-01T12:00:00Z");

        IRenderedComponent<FleetPage> page = At<FleetPage>(Then);

        Assert.All(page.FindAll(".counts a"), link => Assert.EndsWith("&at=2026-02-01T12:00:00Z", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Equal($"/compare?a={HostA}&b={HostB}&at=2026-02-01T12:00:00Z", page.Find(".selection a[href^='/compare']").GetAttribute("href"));
    }

    [Fact]
    public void Host_AsOf_ShowsThatStateOnly()
    {
        Fleet.Report(Samples.Entry());
        HostEntry then = Samples.Entry() with { LastSeen = Then.AddSeconds(-2), TakenAt = Then.AddDays(-3) };
        Past.Fleets[Then] = [then];

        IRenderedComponent<HostPage> page = At<HostPage>(Then, ("HostId", Samples.HostId));

        Assert.Equal("rack1-a07", page.Find("h1").TextContent);
        Assert.Contains("2 s ago", page.Find(".seen").TextContent, StringComparison.Ordinal);
        Assert.Contains("2026-01-29 12:00:00 UTC", page.Find(".seen").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("&at=2026-02-01T12:00:00Z", page.Find(".plan a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Host_AsOfBeforeItsFirstSnapshot_SaysSo()
    {
        Fleet.Report(Samples.Entry());

        IRenderedComponent<HostPage> page = At<HostPage>(Then, ("HostId", Samples.HostId));

        Assert.Contains("had not reported yet at 2026-02-01 12:00:00 UTC", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Layout_WithATime_SaysItLoudlyAndGoesBackToLive()
    {
        Nav.NavigateTo("/history?at=2026-02-01T12:00:00Z&range=7d");
        IRenderedComponent<MainLayout> layout = Render<MainLayout>();

        Assert.Contains("As of 2026-02-01 12:00:00 UTC", layout.Find(".banner").TextContent, StringComparison.Ordinal);
        Assert.Equal("/?at=2026-02-01T12:00:00Z", layout.FindAll("nav a")[0].GetAttribute("href"));
        layout.Find(".banner button").Click();

        Assert.EndsWith("/history?range=7d", Nav.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Layout_GoingOn_KeepsTheTime()
    {
        Nav.NavigateTo("/?at=2026-02-01T12:00:00Z");
        IRenderedComponent<MainLayout> layout = Render<MainLayout>();

        Nav.NavigateTo("/?q=rack1#top");

        layout.WaitForAssertion(() => Assert.EndsWith("/?q=rack1&at=2026-02-01T12:00:00Z#top", Nav.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Layout_MalformedTime_IsNamedAndThePageIsLive()
    {
        Nav.NavigateTo("/?at=<b>soon</b>");

        IRenderedComponent<MainLayout> layout = Render<MainLayout>();

        Assert.Contains("'<b>soon</b>', which is no time", layout.Find(".banner.wrong").TextContent, StringComparison.Ordinal);
        Assert.Empty(layout.FindAll(".banner b"));
        Assert.Equal("/", layout.FindAll("nav a")[0].GetAttribute("href"));
    }

    [Theory]
    [InlineData("2026-02-01 12:00", "at=2026-02-01T12:00:00Z", "")]
    [InlineData("noon", null, "Write the time as")]
    [InlineData("2030-01-01", null, "yet to come")]
    public void Picker_ATime_IsShownOrRefused(string text, string? query, string problem)
    {
        Nav.NavigateTo("/");
        IRenderedComponent<MainLayout> layout = Render<MainLayout>();

        layout.Find(".asof input").Change(text);
        layout.Find(".asof form").Submit();

        Assert.EndsWith(query is null ? "/" : "/?" + query, Nav.Uri, StringComparison.Ordinal);
        Assert.Contains(problem, query is null ? layout.Find(".asof .problem").TextContent : "", StringComparison.Ordinal);
    }

    private IRenderedComponent<TPage> At<TPage>(DateTimeOffset at, params (string Name, object Value)[] parameters)
        where TPage : IComponent
    {
        IRenderedComponent<CascadingValue<AsOf>> root = Render<CascadingValue<AsOf>>(root => root
            .Add(cascade => cascade.Value, new AsOf(at))
            .Add(cascade => cascade.ChildContent, builder =>
            {
                builder.OpenComponent<TPage>(0);
                foreach ((string name, object value) in parameters)
                {
                    builder.AddComponentParameter(1, name, value);
                }

                builder.CloseComponent();
            }));
        root.WaitForState(() => root.FindAll("[aria-busy=true]").Count == 0, TimeSpan.FromSeconds(10));
        return root.FindComponent<TPage>();
    }
}
