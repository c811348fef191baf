using Bunit;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Tests.Components;

/// <summary>The map's components without their drawing, which a browser tests.</summary>
public sealed class MemoryMapViewTests : PageTestContext
{
    private static readonly HostMap Map = Samples.View(Samples.Snapshot()).Map;
    private static readonly HostMap Failed = Samples.View(Samples.Snapshot(layout: Samples.FailedLayout())).Map;

    private readonly BunitJSModuleInterop _drawing;

    public MemoryMapViewTests() => _drawing = JSInterop.SetupModule("./js/memory-map/memory-map.js").SetupModule(call => call.Identifier == "mount");

    [Fact]
    public void View_AnotherSnapshot_SendsItsRegionsAndNothingElse()
    {
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, Map));
        view.Render(p => p.Add(v => v.Map, Failed));
        view.Render(p => p.Add(v => v.Map, Failed));

        Assert.Equal(["setMap"], _drawing.Invocations.Select(call => call.Identifier));
        Assert.Equal(MapBytes.Write(Failed), Assert.IsType<byte[]>(_drawing.Invocations.Single().Arguments[0]));
    }

    [Fact]
    public void View_StateOfALink_GoesToTheDrawing()
    {
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, Map));
        view.Render(p => p.Add(v => v.Map, Map).Add(v => v.State, new MapState { Units = MapUnit.Pages }));

        Assert.Equal("?units=pages", _drawing.Invocations.Single(call => call.Identifier == "setState").Arguments[0]);
    }

    [Fact]
    public async Task View_StateToldByTheDrawing_ReachesTheTableAndIsNotSentBack()
    {
        MapState? told = null;
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, Map).Add(v => v.StateChanged, state => told = state));
        RegionKey tdmr = Map.Regions.First(region => region.Kind == RegionKind.Tdmr).Key;
        await view.InvokeAsync(() => view.Instance.OnStateChangedAsync($"?hide=ram&sel={tdmr}"));

        Assert.Equal(tdmr, told?.Selected);
        Assert.Equal(tdmr.ToString(), view.Find("tr.selected").GetAttribute("data-select"));
        Assert.Empty(view.FindAll("tbody tr[data-select^='ram.']"));
        Assert.Empty(_drawing.Invocations);
    }

    [Fact]
    public void View_NoRegions_SaysWhereToLook()
    {
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, HostMap.From(
            Samples.Snapshot().Memory with { Map = Reading.Known<IReadOnlyList<MemoryBlock>>([], Provenance.Kernel, "memblock"), FirmwareMap = Reading.Known<IReadOnlyList<FirmwareRange>>([], Provenance.Kernel, "memmap") },
            Reading.Known<IReadOnlyList<AddressRange>>([], Provenance.Read, "TDH.SYS.RDALL"),
            Reading.NotOffered<TdmrLayout>("layout", "there is no memory"))));

        Assert.Contains("see the sources on the Raw page", view.Markup, StringComparison.Ordinal);
        Assert.Empty(view.FindAll(".memory-map"));
    }

    [Fact]
    public void View_SecondMap_SaysHowManyOfItsRegionsAreTheSame()
    {
        HostMap log = HostMap.Reported(KernelLogFacts.From(["virt/tdx: CMR: [0x100000, 0x6f800000)", "virt/tdx: CMR: [0x100000000, 0x1070000000)"]))!;
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, Map).Add(v => v.Overlay, log).Add(v => v.OverlayName, "kernel log"));

        Assert.Equal("kernel log below (1 of 2 regions equal)", view.Find("label:has([data-part=overlay])").TextContent.Trim());
    }

    [Fact]
    public void Gauges_OverTheLimit_AreFullAndSayTheNumbers()
    {
        IRenderedComponent<MapGauges> gauges = Render<MapGauges>(p => p.Add(g => g.Gauges, Failed.Gauges));

        Assert.Equal(["2 / 16 reserved (hole 1, PAMT 1)", "19 / 16 reserved (hole 19, PAMT 0)"], gauges.FindAll(".text").Select(text => text.TextContent));
        Assert.Equal([null, "fail"], gauges.FindAll("li").Select(item => item.ClassName is { Length: > 0 } level ? level : null));
        Assert.Equal("62", gauges.FindAll(".holes")[1].GetAttribute("width"));
    }

    [Fact]
    public void Gauges_MoreThanAreShown_AreTheFullestInOrder()
    {
        TdmrGauge[] many = [.. Enumerable.Range(0, 100).Select(i => new TdmrGauge(i, Map.Gauges[0].Region, i % 10, 0, 16))];
        IRenderedComponent<MapGauges> gauges = Render<MapGauges>(p => p.Add(g => g.Gauges, many));

        Assert.False(gauges.Find("details").HasAttribute("open"));
        Assert.Contains("of 100 TDMRs, the 64 fullest", gauges.Find("summary").TextContent, StringComparison.Ordinal);
        int[] shown = [.. gauges.FindAll("li button").Select(button => int.Parse(button.TextContent.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(shown.Order(), shown);
        Assert.True(shown.Min(i => i % 10) >= 3);
    }

    [Fact]
    public void Legend_HiddenKind_IsUncheckedAndKeepsItsTotal()
    {
        IRenderedComponent<MapLegend> legend = Render<MapLegend>(p => p.Add(l => l.Map, Map).Add(l => l.State, new MapState { Hidden = default(HiddenKinds).With(RegionKind.Tdmr), Units = MapUnit.GiB }));

        Assert.False(legend.Find("input[data-kind=tdmr]").HasAttribute("checked"));
        Assert.True(legend.Find("input[data-kind=ram]").HasAttribute("checked"));
        Assert.Equal("5/64, 256 GiB", legend.Find("label:has([data-kind=tdmr]) .figures").TextContent);
    }

    [Fact]
    public void Table_SelectedRegion_TurnsToItsPage()
    {
        MemoryBlock[] blocks = [.. Enumerable.Range(0, 250).Select(i => new MemoryBlock(new AddressRange((ulong)(i + 1) << 32, ((ulong)(i + 1) << 32) + 0x1000_0000), 0))];
        HostMap map = Samples.View(Samples.Snapshot(blocks: blocks)).Map;
        RegionKey last = map.Regions.Last(region => region.Kind == RegionKind.Ram).Key;
        IRenderedComponent<RegionTable> table = Render<RegionTable>(p => p.Add(t => t.Map, map).Add(t => t.State, new MapState { Selected = last }));

        Assert.Equal(last.ToString(), table.Find("tr.selected").GetAttribute("data-select"));
        Assert.Equal("3", table.Find("nav a[aria-current=page]").TextContent);
        Assert.True(table.FindAll("tbody tr").Count <= RegionTable.PageSize);
    }

    [Theory]
    [InlineData("?sel=tdmr.0x40000000-0x80000000", 1)]
    [InlineData("?sel=tdmr.0x0-0x80000000", 0)]
    public void HostMemory_LinkToARegion_SaysWhenItIsGone(string query, int problems)
    {
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("/hosts/x/memory" + query);
        IRenderedComponent<HostMemory> page = Render<HostMemory>(p => p.Add(h => h.View, Samples.View(Samples.Snapshot())));

        Assert.Equal(problems, page.Markup.Split("This host has no region 'tdmr.0x40000000-0x80000000'").Length - 1);
    }

    [Fact]
    public void Changes_OfTwoSnapshots_AreTheirRegionsInWords()
    {
        MemoryBlock[] grown = [.. Samples.Blocks.SkipLast(1), new MemoryBlock(new AddressRange(0x30_8000_0000, 0x50_7c00_0000), 3)];
        IReadOnlyList<MapChange> changes = MapChange.Of(SnapshotDiff.Between(Samples.Snapshot(), Samples.Snapshot(blocks: grown)));

        MapChange change = Assert.Single(changes);
        Assert.Equal((RegionChangeKind.Grown, Samples.Blocks[^1].Range, grown[^1].Range), (change.Kind, change.Before, change.After));
        Assert.Contains("grown", change.Text, StringComparison.Ordinal);
    }
}
