using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Fleet;

/// <summary>The hosts as a table whose headings sort it, by links that keep the rest of the URL.</summary>
public partial class FleetTable
{
    // Below this all rows are in the page, so that they are there before the circuit lives and can be searched by the browser.
    private const int VirtualFrom = 200;

    private static readonly Heading[] Headings =
    [
        new(FleetColumn.State, "State"),
        new(FleetColumn.Host, "Host"),
        new(FleetColumn.Family, "Family"),
        new(FleetColumn.Module, "Module"),
        new(FleetColumn.Memory, "Memory", FleetRowView.UsualMemory, IsNumber: true),
        new(FleetColumn.Pamt, "PAMT", FleetRowView.UsualLayout, IsNumber: true),
        new(FleetColumn.Reserved, "Reserved areas", FleetRowView.UsualLayout),
        new(FleetColumn.Tdmrs, "TDMRs", FleetRowView.UsualLayout, IsNumber: true),
        new(FleetColumn.Seen, "Seen", IsNumber: true),
        new(FleetColumn.Origin, "Origin"),
    ];

    /// <summary>The rows, filtered and in order.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<FleetRow> Rows { get; set; } = [];

    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public FleetState State { get; set; } = FleetState.Default;

    /// <summary>Tells when the pointer or the focus comes into the table (true) and when it leaves (false): rows must not
    /// move under either.</summary>
    [Parameter]
    public EventCallback<bool> OnHold { get; set; }

    private List<FleetRow> Items => [.. Rows];

    private string? Sorted(FleetColumn column) => State.Sort != column ? null : State.Descending ? "descending" : "ascending";

    private sealed record Heading(FleetColumn Column, string Title, Provenance? Usual = null, bool IsNumber = false);
}
