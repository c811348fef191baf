using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

/// <summary>Views of the fleet that the browser keeps; js/kept.js has tests of its own.</summary>
public sealed class KeptListTests : PageTestContext
{
    private readonly BunitJSModuleInterop _browser;

    public KeptListTests()
    {
        _browser = JSInterop.SetupModule("./js/kept.js");
        _browser.Setup<string[]>("names", "view").SetResult(["amber"]);
        Fleet.Report(Samples.Entry());
    }

    [Fact]
    public async Task Open_KeptView_IsShownAndWhatIsWrongWithItIsSaid()
    {
        _browser.Setup<string>("load", "view", "amber").SetResult("?q=reserved:>75%25&sort=-reserved,gone");
        IRenderedComponent<FleetPage> page = await OpenMenuAsync();

        await page.Find("ul[aria-label='Saved views'] button.link").ClickAsync(new());

        Assert.EndsWith("/?q=reserved:%3E75%25&sort=-reserved,gone", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Time.Advance(UrlProblems.Rest);
        page.WaitForAssertion(() => Assert.Contains("'gone', which is no column", page.Find("[aria-label='Problems of this search or address']").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_ViewThatAnotherTabDeleted_SaysSo()
    {
        _browser.Setup<string?>("load", "view", "amber").SetResult(null);
        IRenderedComponent<FleetPage> page = await OpenMenuAsync();

        await page.Find("ul[aria-label='Saved views'] button.link").ClickAsync(new());

        Assert.Equal("'amber' is no longer kept in this browser.", page.Find(".panel [role=alert]").TextContent);
    }

    [Fact]
    public async Task Save_View_KeepsWhatThePageShowsWithoutChosenHosts()
    {
        _browser.Setup<string>("save", "view", "racks", "?q=rack&density=compact").SetResult("");
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/?q=rack&density=compact&sel={Samples.HostId}");
        IRenderedComponent<FleetPage> page = await OpenMenuAsync();

        await page.Find("#view-name").InputAsync(new ChangeEventArgs { Value = " racks " });
        await page.Find("form[aria-label='Save this view']").SubmitAsync();

        _browser.VerifyInvoke("save");
        Assert.Empty(page.FindAll(".panel [role=alert]"));
    }

    [Fact]
    public async Task Save_WithoutAName_AsksForOne()
    {
        IRenderedComponent<FleetPage> page = await OpenMenuAsync();

        await page.Find("form[aria-label='Save this view']").SubmitAsync();

        Assert.Equal("Give the view a name first.", page.Find(".panel [role=alert]").TextContent);
    }

    private async Task<IRenderedComponent<FleetPage>> OpenMenuAsync()
    {
        IRenderedComponent<FleetPage> page = Render<FleetPage>();
        await page.FindAll("details.menu").Single(menu => menu.QuerySelector("summary")!.TextContent == "Views").TriggerEventAsync("ontoggle", EventArgs.Empty);
        return page;
    }
}
