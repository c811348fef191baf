using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>Cells as HTML that is made once for each snapshot of a host and shared by all pages that show it.</summary>
internal static class CellMarkup
{
    private static readonly int Columns = Enum.GetValues<FleetColumn>().Length;
    private static readonly ConditionalWeakTable<HostFigures, string?[]> Made = [];

    /// <summary>A cell.</summary>
    /// <param name="figures">What it depends on, and nothing else.</param>
    /// <param name="column">Its column.</param>
    /// <param name="content">What stands in it, made when it is not there yet; without components, and what came from a host as text.</param>
    public static RenderFragment Of(HostFigures figures, FleetColumn column, Func<RenderFragment> content)
    {
        string?[] cells = Made.GetValue(figures, _ => new string?[Columns]);
        string html = cells[(int)column] ??= FragmentHtml.Of(content());
        return builder => builder.AddMarkupContent(0, html);
    }
}
