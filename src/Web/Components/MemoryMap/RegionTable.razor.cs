using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The memory map as a table, page by page: for keyboards, screen readers, searching, and browsers without scripts.</summary>
public partial class RegionTable
{
    /// <summary>How many rows a page has.</summary>
    public const int PageSize = 100;

    private (HostMap? Map, HiddenKinds Hidden) _filtered;
    private (RegionKey? Selected, int Page) _turned;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    /// <summary>The regions.</summary>
    [Parameter, EditorRequired]
    public HostMap Map { get; set; } = null!;

    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired]
    public MapState State { get; set; } = null!;

    private List<MapRegion> Shown { get; set; } = [];

    private int Page { get; set; } = 1;

    private int Pages => Math.Max(1, (Shown.Count + PageSize - 1) / PageSize);

    private int First => (Page - 1) * PageSize;

    private string Caption
    {
        get
        {
            string which = Shown.Count == Map.Regions.Count ? "Every region" : string.Create(CultureInfo.InvariantCulture, $"{Shown.Count:#,0} of {Map.Regions.Count:#,0} regions, as the legend shows");
            string page = Pages == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", rows {First + 1:#,0} to {Math.Min(First + PageSize, Shown.Count):#,0} of {Shown.Count:#,0}");
            return $"{which} by address{page}.";
        }
    }

    // The first, the last and those around the one that is open.
    private IEnumerable<int> PageLinks => Enumerable.Range(1, Pages).Where(page => page == 1 || page == Pages || Math.Abs(page - Page) <= 3);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_filtered.Map, Map) || _filtered.Hidden != State.Hidden)
        {
            _filtered = (Map, State.Hidden);
            Shown = State.Hidden.Bits == 0 ? [.. Map.Regions] : [.. Map.Regions.Where(region => !State.Hidden.Contains(region.Kind))];
        }

        // A newly selected region turns to its page; turning pages afterwards leaves it behind.
        int selected = State.Selected is RegionKey key && _turned.Selected != key ? Shown.FindIndex(region => region.Key == key) : -1;
        int asked = _turned == (State.Selected, State.Page) ? Page : State.Page;
        Page = Math.Clamp(selected >= 0 ? (selected / PageSize) + 1 : asked, 1, Pages);
        _turned = (State.Selected, State.Page);
    }

    private string Href(int page) => (State with { Page = page }).At(new Uri(Nav.Uri).AbsolutePath);
}
