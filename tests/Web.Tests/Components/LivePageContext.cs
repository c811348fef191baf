using System.Diagnostics;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;
using TdxDash.Web.Tests.Support;
using Xunit.Sdk;

namespace TdxDash.Web.Tests.Components;

/// <summary>A test of the live board: five hosts, and what is awaited of a page whose clock stands until it is told.</summary>
public abstract class LivePageContext : PageTestContext
{
    private protected static DateTimeOffset Now => Samples.Now;

    // a is transferring, b has failed, c is done, d and e wait; c and d are in site-b.
    private protected void Site(Origin origin = Origin.Live)
    {
        foreach (string name in new[] { "a", "b", "c", "d", "e" })
        {
            Fleet.Report(Samples.Entry(Id(name), name, origin: origin));
        }

        Assert.True(LabelText.TryParse("site-b", out LabelText group));
        Labels.ChangeAsync(new Dictionary<string, HostLabels> { [Id("c")] = HostLabels.None with { Group = group }, [Id("d")] = HostLabels.None with { Group = group } }, Samples.By, default).GetAwaiter().GetResult();
        Reinits.See(Id("a"), Updates.ToTheKernel(Now.AddSeconds(-4)).Take(5));
        Reinits.See(Id("b"), Updates.Failed(Now.AddSeconds(-60), "transferring:firmware-invalid"));
        Reinits.See(Id("c"), Updates.Whole(Now.AddSeconds(-60)));
    }

    private protected IRenderedComponent<LivePage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/live" + query);
        return Render<LivePage>();
    }

    // While the clock goes on: what comes right after a drawing waits for the next one, for which nothing else would move it.
    private protected async Task EventuallyAsync(IRenderedComponent<LivePage> page, Action holds, int seconds = 1)
    {
        var waited = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            Time.Advance(TimeSpan.FromSeconds(seconds));
            try
            {
                await page.InvokeAsync(holds);
                return;
            }
            catch (Exception e) when (e is XunitException or ElementNotFoundException && waited.Elapsed < Dashboard.Patience)
            {
                await tick.WaitForNextTickAsync(Xunit.TestContext.Current.CancellationToken);
            }
        }
    }

    private protected static string Row(IRenderedComponent<LivePage> page, string name) => page.Find($"tr[data-host='{Id(name)}']").TextContent;

    private protected static IEnumerable<string> LoggedHosts(IRenderedComponent<LivePage> page) =>
        page.FindAll("section.log tbody tr a").Select(link => link.TextContent).Distinct();

    private protected static string Count(IRenderedComponent<LivePage> page, string phase) => page.Find($"[data-count={phase}] b").TextContent;

    private protected static string Id(string name) => $"{new string(name[0], 8)}-0000-0000-0000-000000000001";
}
