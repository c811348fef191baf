using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Components;

/// <summary>Cells of the fleet's table, which are made to HTML before the page has them.</summary>
public sealed class FleetCellsTests : PageTestContext
{
    [Fact]
    public void Render_HostileValues_StayTextInEveryCell()
    {
        const string hostile = "\"><img src=x onerror=alert(1)>";
        HostEntry entry = Samples.Entry(state: TdxState.Failed);
        Fleet.Report(entry with
        {
            Summary = entry.Summary with
            {
                StateReason = hostile,
                CpuFamily = hostile,
                KernelRelease = Reading.Known(hostile, Provenance.Kernel, hostile),
                Memory = Reading.NotOffered<ByteSize>(hostile, hostile),
            },
        });
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?cols=host,state,family,memory,kernel");

        IRenderedComponent<FleetPage> page = Render<FleetPage>();

        Assert.Empty(page.FindAll("img"));
        Assert.Equal(hostile, page.Find("td.col-kernel").TextContent.Trim());
        Assert.Equal(hostile, page.Find("td.col-family").TextContent.Trim());
        Assert.Equal(hostile, page.Find("td.col-state .state").GetAttribute("title"));
        Assert.Contains(hostile, page.Find("td.col-memory .muted").GetAttribute("title"), StringComparison.Ordinal);
    }
}
