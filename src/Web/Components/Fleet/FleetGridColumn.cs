using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>A column of the grid. Hosts come sorted from the projection, so the grid itself never compares anything.</summary>
public sealed class FleetGridColumn : Column<FleetRow>
{
    /// <summary>Which one.</summary>
    [Parameter, EditorRequired]
    public FleetColumn Column { get; set; }

    /// <summary>What the grid calls it.</summary>
    public override string PropertyName => FleetState.Word(Column);

    /// <inheritdoc/>
    protected override Type PropertyType => typeof(string);

    /// <inheritdoc/>
    protected override object? CellContent(FleetRow item) => null;

    /// <inheritdoc/>
    protected override object? PropertyFunc(FleetRow item) => null;

    /// <inheritdoc/>
    protected override void SetProperty(object? item, object? value) => throw new NotSupportedException("Values of hosts come from the hosts.");
}
