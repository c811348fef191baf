using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The memory map as a table, for keyboards, screen readers and searching; only visible rows of a long one are drawn.</summary>
public partial class RegionTable
{
    private const int VirtualFrom = 200;

    /// <summary>The regions, ascending.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<MapRegion> Regions { get; set; } = [];

    // Rows of one height are what virtualisation counts on, so only a short table may wrap its reasons.
    private bool IsVirtual => Regions.Count > VirtualFrom;

    private ICollection<MapRegion> Items => Regions as ICollection<MapRegion> ?? [.. Regions];
}
