using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Components;

public sealed class ProbesPageTests : BunitContext
{
    private readonly TempFolder _folder = new();
    private Dashboard? _dashboard;

    private Dashboard Dashboard => _dashboard!;

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Page_NewToken_IsShownOnceInTheCommandThatUsesIt()
    {
        IRenderedComponent<ProbesPage> page = await OpenAsync();
        page.WaitForAssertion(() => Assert.Contains("No token was made yet", page.Markup, StringComparison.Ordinal), Dashboard.Patience);

        await ClickAsync(page, () => page.Find("[data-action=new-token]"));
        page.WaitForElement("form", Dashboard.Patience);
        await page.InvokeAsync(() => page.Find("form input[type=number]").ChangeAsync("2"));
        await page.InvokeAsync(() => page.Find("form").SubmitAsync());

        page.WaitForElement("[data-made]", Dashboard.Patience);
        string command = page.Find("[data-made] code").TextContent;
        Assert.StartsWith("tdxprobe enroll http://localhost tdxe_1_", command, StringComparison.Ordinal);
        page.WaitForElement("[data-token] td:nth-child(3)", Dashboard.Patience);
        Assert.Equal(("0 of 2", "none"), (page.Find("[data-token] td:nth-child(3)").TextContent, page.Find("[data-token] td:nth-child(4)").TextContent));

        await ClickAsync(page, () => page.FindAll("button").Single(button => button.TextContent == "Done"));
        page.WaitForAssertion(() => Assert.DoesNotContain(command.Split(' ')[^1], page.Markup, StringComparison.Ordinal), Dashboard.Patience);

        await ClickAsync(page, () => page.Find("[aria-label='Revoke token 1']"));
        page.WaitForAssertion(() => Assert.Contains("revoked", page.Find("[data-token]").TextContent, StringComparison.Ordinal), Dashboard.Patience);
    }

    [Fact]
    public async Task Page_Revoke_AsksOnceAndEndsTheProbe()
    {
        IRenderedComponent<ProbesPage> page = await OpenAsync(async dashboard => await dashboard.Keys.OfHostAsync(Dashboard.HostA));
        page.WaitForElement("[data-probe]", Dashboard.Patience);
        Assert.Contains("not connected", Row(page).TextContent, StringComparison.Ordinal);
        Assert.Contains("which has not reported yet", Row(page).TextContent, StringComparison.Ordinal);

        await ClickAsync(page, () => page.Find("[aria-label='Let it enrol again: test']"));
        page.WaitForAssertion(() => Assert.Contains("may enrol again", Row(page).TextContent, StringComparison.Ordinal), Dashboard.Patience);
        await ClickAsync(page, () => page.Find("[aria-label='Revoke test']"));
        await ClickAsync(page, () => page.FindAll("button").Single(button => button.TextContent.Contains("for good", StringComparison.Ordinal)));

        page.WaitForAssertion(() => Assert.Contains("revoked", Row(page).TextContent, StringComparison.Ordinal), Dashboard.Patience);
        Assert.Empty(Row(page).QuerySelectorAll("button"));

        await page.InvokeAsync(() => page.Find("[data-search]").InputAsync("no such"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-probe]")), Dashboard.Patience);
    }

    // Found and clicked in the same turn of the page, which loads in the background: what was found before may be drawn anew by then.
    private static Task ClickAsync(IRenderedComponent<ProbesPage> page, Func<IElement> find) => page.InvokeAsync(() => find().ClickAsync());

    private static IElement Row(IRenderedComponent<ProbesPage> page) => page.Find("[data-probe]");

    private async Task<IRenderedComponent<ProbesPage>> OpenAsync(Func<Dashboard, Task>? prepare = null)
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        if (prepare is not null)
        {
            await prepare(_dashboard);
        }

        Services.AddSingleton(_dashboard.Service<ProbeReader>());
        Services.AddSingleton(_dashboard.Service<ProbeRegistry>());
        Services.AddSingleton(_dashboard.Service<ProbeConnections>());
        Services.AddSingleton<ILabelBook>(_dashboard.Service<LabelBook>());
        Services.AddSingleton<IFleetView>(_dashboard.Fleet);
        Services.AddSingleton<IViewer>(new FakeViewer());
        Services.AddSingleton(TimeProvider.System);
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        return Render<ProbesPage>();
    }
}
