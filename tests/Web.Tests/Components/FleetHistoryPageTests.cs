using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

public sealed class FleetHistoryPageTests : HistoryTestContext
{
    private static readonly DateTimeOffset Start = HistoryStore.Start;

    [Fact]
    public void Render_EmptyStore_SaysHowItBegins() => Assert.Equal("No history yet", Open().Find("h2").TextContent);

    [Fact]
    public async Task Render_Changes_OfAllHostsLatestFirst()
    {
        await FillAsync();

        IRenderedComponent<FleetHistoryPage> page = Open();

        Assert.Equal(["host-2", "host-2", "host-1"], page.FindAll("section[aria-labelledby=changes] tbody tr").Select(row => row.Children[1].TextContent));
        Assert.Equal(["Hosts by module version", "Changes by kind", "Hosts not heard of"], page.FindComponents<ChartView>().Select(chart => chart.Instance.Data.Title));
        Assert.Contains("not known", page.FindAll("figure")[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_AHost_GoesToItsChanges()
    {
        await FillAsync();
        IRenderedComponent<FleetHistoryPage> page = Open();

        await page.InvokeAsync(() => page.Find("[type=search]").Change("host-1"));

        Assert.EndsWith("/history?q=host-1", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Single(Open("q=host-1").FindAll("section[aria-labelledby=changes] tbody tr"));
    }

    [Fact]
    public async Task Render_FilterWithoutMatch_OffersAllTimes()
    {
        await FillAsync();

        Assert.Contains("matches the filter", Open("q=nothing-of-that-name").Find("section[aria-labelledby=changes]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_Annotations_AreMarkedOnEveryChart()
    {
        await FillAsync();
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(HistoryStore.HostId(2), Start.AddHours(1), Start.AddHours(2), "Power of the whole rack was cut by the fire alarm", "");
        Assert.Null((await Store.Notes.AddAsync(draft!, Samples.By)).Problem);

        IRenderedComponent<FleetHistoryPage> page = Open();

        long at = Start.AddHours(1).ToUnixTimeSeconds();
        Assert.All(page.FindComponents<ChartView>(), chart => Assert.Equal(new ChartMark(at, "host-2: Power of the whole rack…", at + 3_600), Assert.Single(chart.Instance.Data.Marks)));
    }

    [Fact]
    public void Activity_OfAPiece_IsSplitSoThatTheKindsAddUp()
    {
        ChartData chart = FleetCharts.Activity([new ActivityPiece(Start, Start.AddDays(1), 10, 3, 2), new ActivityPiece(Start.AddDays(1), Start.AddDays(2), 0, 0, 0)]);

        Assert.True(chart.IsStacked);
        Assert.Equal([("module updates", 2.0), ("boots", 3.0), ("other changes", 5.0)], chart.Series.Select(series => (series.Label, series.Values[0]!.Value)));
        Assert.Equal(3, chart.Series.Select(series => string.Join(',', series.Dash)).Distinct().Count());
    }

    [Fact]
    public void Versions_MoreThanCanBeToldApart_AreOneLine()
    {
        DateTimeOffset[] moments = [Start, Start.AddDays(1)];
        var versions = new VersionsOverTime(moments, [.. Enumerable.Range(0, 9).Select(i => new VersionSeries($"1.5.{i:00}", [i, 10 - i]))]);

        ChartData chart = FleetCharts.Versions(versions);

        Assert.Equal(7, chart.Series.Count);
        Assert.Equal("3 others", chart.Series[^1].Label);
        Assert.Equal([6 + 7 + 8, 4 + 3 + 2], chart.Series[^1].Values.Select(value => (int)value!.Value));
        Assert.Equal(7, chart.Series.Select(series => string.Join(',', series.Dash)).Distinct().Count());
    }

    private async Task FillAsync()
    {
        await Store.InsertAsync(1, 1, Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(2, 1, Start.AddHours(1), SmallSnapshot.Make("6.16.0", "host-2"));
        await Store.InsertAsync(2, 2, Start.AddHours(2), SmallSnapshot.Make("6.17.0", "host-2"));
        await Store.CompareAllAsync();
        Store.Time.SetUtcNow(Start.AddHours(3));
    }

    private IRenderedComponent<FleetHistoryPage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/history" + (query.Length > 0 ? "?" + query : ""));
        IRenderedComponent<FleetHistoryPage> page = Render<FleetHistoryPage>();
        page.WaitForState(() => page.FindAll("[aria-busy=true]").Count == 0, TimeSpan.FromSeconds(10));
        return page;
    }
}
