using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>A host's history page over a real store.</summary>
public sealed class HostHistoryPageTests : HistoryTestContext
{
    private static readonly string Host = HistoryStore.HostId(1);
    private static readonly string Path = $"/hosts/{Host}/history";
    private static readonly DateTimeOffset Start = HistoryStore.Start;

    [Fact]
    public async Task Render_HostWithChanges_DrawsBandsMarksAndTheirTwins()
    {
        await FillAsync();

        IRenderedComponent<HostHistoryPage> page = Open();

        Assert.Equal(["boot", "state", "module version", "module build", "TDX_FEATURES0", "kernel", "changes", "notes", "UTC"], page.FindAll(".line > .name").Select(name => name.ChildNodes[0].TextContent.Trim()));
        IElement kernel = page.FindAll("svg.lane").Single(lane => lane.GetAttribute("aria-label")!.StartsWith("kernel", StringComparison.Ordinal));
        Assert.Equal(3, kernel.QuerySelectorAll("rect.band").Length);
        Assert.Equal(3, page.FindAll("svg.marks a").Count);
        Assert.Single(page.FindAll("path.boot"), mark => mark.Closest("svg.marks") is not null);
        Assert.Equal(3, page.FindAll("section[aria-labelledby=changes] tbody tr").Count);
        Assert.Contains(page.FindAll("section[aria-labelledby=timeline] tbody tr"), row => row.Children[1].TextContent == "6.17.0");
        Assert.All(page.FindAll("table"), table => Assert.NotEmpty(table.QuerySelector("caption")!.TextContent));
    }

    [Fact]
    public async Task Render_ChangeInTheTable_LeadsToItsDifferenceAndToTheHostThen()
    {
        await FillAsync();

        IElement row = Open().FindAll("section[aria-labelledby=changes] tbody tr")[0];

        Assert.Contains("kernel 6.17.0 → 6.18.0", row.TextContent, StringComparison.Ordinal);
        Assert.Equal([$"/compare?a={Host}@r2&b={Host}@r3", $"/hosts/{Host}?at=2026-03-01T02:00:00Z"], row.QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
    }

    [Fact]
    public async Task Render_ChangeWhoseBaseRetentionRemoved_SaysSoInsteadOfALink()
    {
        await FillAsync();
        await new RetentionWork(UnixTime.ToMicroseconds(Start.AddHours(2)) + 1, 0).RunAsync(Store.Writer);

        IElement row = Open().FindAll("section[aria-labelledby=changes] tbody tr")[0];

        Assert.Contains("kernel 6.17.0 → 6.18.0", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("base removed by retention", row.TextContent, StringComparison.Ordinal);
        Assert.Equal([$"/hosts/{Host}?at=2026-03-01T02:00:00Z"], row.QuerySelectorAll("a").Select(link => link.GetAttribute("href")!));
    }

    [Fact]
    public async Task Render_KindFilter_ListsThoseOnlyAndItsLinkTurnsItOff()
    {
        await FillAsync();

        IRenderedComponent<HostHistoryPage> page = Open("kinds=boot");

        Assert.Contains("booted", Assert.Single(page.FindAll("section[aria-labelledby=changes] tbody tr")).TextContent, StringComparison.Ordinal);
        Assert.Equal(Path, page.Find(".kind.on").GetAttribute("href"));
    }

    [Fact]
    public async Task Render_SilentHost_HatchesTheGapAndNamesIt()
    {
        await FillAsync();
        Store.Time.SetUtcNow(Start.AddHours(9));

        IRenderedComponent<HostHistoryPage> page = Open();

        Assert.NotEmpty(page.FindAll("svg.lane rect.gap.silent"));
        Assert.Contains(page.FindAll("section[aria-labelledby=timeline] tbody tr"), row => row.TextContent.Contains("host not heard of", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_UnknownHost_SaysSo() => Assert.Equal("No such host", Open().Find("h1").TextContent);

    [Fact]
    public async Task Render_MalformedTimes_AreNamedAndThePageStands()
    {
        await FillAsync();

        IRenderedComponent<HostHistoryPage> page = Open("from=yesterday&to=today");

        Assert.Contains("'yesterday' and 'today'", page.Find(".problems").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, page.FindAll("svg.marks a").Count);
    }

    [Fact]
    public async Task Render_HostileKernel_StaysText()
    {
        await Store.InsertAsync(1, 1, Start, SmallSnapshot.Make("<img src=x onerror=alert(1)>", "<b>host</b>"));
        await Store.CompareAllAsync();
        Store.Time.SetUtcNow(Start.AddHours(1));

        IRenderedComponent<HostHistoryPage> page = Open();

        Assert.Empty(page.FindAll("img"));
        Assert.Empty(page.FindAll("h1 b"));
    }

    [Fact]
    public async Task Report_WhileOpen_NewChangeAppears()
    {
        await FillAsync();
        IRenderedComponent<HostHistoryPage> page = Open();

        Store.Time.Advance(TimeSpan.FromMinutes(1));
        await Store.InsertAsync(1, 4, Store.Time.GetUtcNow(), SmallSnapshot.Make("6.19.0", "host-1"), boot: 2);
        await Store.CompareAllAsync();
        Store.Time.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() => Assert.Contains("kernel 6.18.0 → 6.19.0", page.FindAll("section[aria-labelledby=changes] tbody tr")[0].TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Address_ChangedWhileOpen_IsFollowedByPickerAndWindow()
    {
        await FillAsync();
        IRenderedComponent<HostHistoryPage> page = Open("range=24h");
        Assert.Equal("24 h", page.Find(".range .preset.on").TextContent);

        Services.GetRequiredService<NavigationManager>().NavigateTo(Path + "?from=2026-03-01T01:30:00Z&to=2026-03-01T03:00:00Z");

        page.WaitForAssertion(() => Assert.Contains("on", page.Find(".custom button").ClassList), TimeSpan.FromSeconds(10));
        Assert.Equal(["2026-03-01 01:30:00", "2026-03-01 03:00:00"], page.FindAll(".custom input").Select(field => field.GetAttribute("value")!));
        Assert.Single(page.FindAll("svg.marks a"));
    }

    [Fact]
    public async Task Render_AsOf_EndsAtThatTime()
    {
        await FillAsync();
        Services.GetRequiredService<NavigationManager>().NavigateTo(Path);

        IRenderedComponent<HostHistoryPage> page = Render<HostHistoryPage>(parameters => parameters.Add(p => p.HostId, Host).AddCascadingValue(new AsOf(Start.AddHours(1.5))));

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("svg.marks a").Count), TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("6.18.0", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Marks_Drawn_AreOneStopOfTheTabKey()
    {
        await FillAsync();

        Assert.Equal(["-1", "-1", "0"], Open().FindAll("svg.marks a").Select(mark => mark.GetAttribute("tabindex")!));
    }

    [Fact]
    public async Task Zoom_OverTheTimeLine_GoesToThatTime()
    {
        await FillAsync();
        IRenderedComponent<HostHistoryPage> page = Open("from=2026-03-01T00:00:00Z&to=2026-03-01T04:00:00Z");
        IRenderedComponent<HostTimelineView> line = page.FindComponent<HostTimelineView>();

        await line.InvokeAsync(() => line.Instance.OnZoom.InvokeAsync(new TimeWindow(Start.AddHours(1), Start.AddHours(2))));

        Assert.EndsWith("?from=2026-03-01T01:00:00Z&to=2026-03-01T02:00:00Z", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Annotate_AddEditDeleteUndo_ShowsEachStep()
    {
        await FillAsync();
        IRenderedComponent<HostHistoryPage> page = Open();

        await page.InvokeAsync(() => page.Find(".note-form .grow input").Change("BIOS flashed"));
        await page.InvokeAsync(() => page.Find(".note-form .tags").Change("bios rack1"));
        await page.InvokeAsync(() => page.Find(".note-form").Submit());
        page.WaitForAssertion(() => Assert.Contains("BIOS flashed", page.Find(".notes li").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        Assert.Equal(["bios", "rack1"], page.FindAll(".tag").Select(tag => tag.TextContent));
        Assert.Single(page.FindAll("svg .note"));

        await page.InvokeAsync(() => page.FindAll(".notes button")[0].Click());
        await page.InvokeAsync(() => page.Find(".note-form .grow input").Change("BIOS 2.1 flashed"));
        await page.InvokeAsync(() => page.Find(".note-form").Submit());
        page.WaitForAssertion(() => Assert.Contains("BIOS 2.1 flashed", page.Find(".notes li").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));

        await page.InvokeAsync(() => page.FindAll(".notes button")[1].Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".notes li")), TimeSpan.FromSeconds(10));
        await page.InvokeAsync(() => page.Find(".undo button").Click());
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".notes li")), TimeSpan.FromSeconds(10));
        Assert.Empty(page.FindAll(".undo"));
    }

    [Fact]
    public async Task Annotate_WithoutText_SaysWhatIsMissing()
    {
        await FillAsync();
        IRenderedComponent<HostHistoryPage> page = Open();

        await page.InvokeAsync(() => page.Find(".note-form").Submit());

        page.WaitForAssertion(() => Assert.Contains("has no text", page.Find(".note-form .problem").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undo_AfterItsTime_IsGone()
    {
        await FillAsync();
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(Host, Start.AddHours(1), null, "note", "");
        await Store.Notes.AddAsync(draft!, Samples.By);
        IRenderedComponent<HostHistoryPage> page = Open();
        await page.InvokeAsync(() => page.FindAll(".notes button")[1].Click());
        page.WaitForElement(".undo", TimeSpan.FromSeconds(10));

        Store.Time.Advance(TimeSpan.FromSeconds(10));

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".undo")), TimeSpan.FromSeconds(10));
    }

    private async Task FillAsync()
    {
        await Store.InsertAsync(1, 1, Start, SmallSnapshot.Make("6.16.0", "host-1"));
        await Store.InsertAsync(1, 2, Start.AddHours(1), SmallSnapshot.Make("6.17.0", "host-1"), boot: 2);
        await Store.InsertAsync(1, 3, Start.AddHours(2), SmallSnapshot.Make("6.18.0", "host-1"), boot: 2);
        await Store.CompareAllAsync();
        Store.Time.SetUtcNow(Start.AddHours(2).AddSeconds(5));
    }

    private IRenderedComponent<HostHistoryPage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(Path + (query.Length > 0 ? "?" + query : ""));
        IRenderedComponent<HostHistoryPage> page = Render<HostHistoryPage>(parameters => parameters.Add(p => p.HostId, Host));
        page.WaitForState(() => page.FindAll("[aria-busy=true]").Count == 0, TimeSpan.FromSeconds(10));
        return page;
    }
}
