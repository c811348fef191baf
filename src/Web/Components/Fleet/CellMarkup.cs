using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>Cells of the table as HTML, of which an open page remembers one thing each. What follows from a host's values is made once for each snapshot and shared by all pages that show it.</summary>
internal static class CellMarkup
{
    private static readonly int Columns = Enum.GetValues<FleetColumn>().Length;
    private static readonly string[] Empty = [.. FleetColumns.All.Select(column => Cell(column, ""))];
    private static readonly ConditionalWeakTable<HostFigures, string?[]> Made = [];

    /// <summary>A whole cell; what came from a host or a user is text in it.</summary>
    /// <param name="column">Its column, which is neither the host's name nor when it was heard of: those change while somebody points at them.</param>
    /// <param name="host">The host.</param>
    public static MarkupString Of(FleetColumn column, FleetHost host) => new(column switch
    {
        FleetColumn.Group => OfText(column, FleetCells.Group(host)),
        FleetColumn.Tags => OfText(column, FleetCells.Tags(host)),
        _ => MadeOf(host)[(int)column] ??= Cell(column, FragmentHtml.Of(FleetCells.OfFigures(column, host))),
    });

    /// <summary>What stands after the host's name.</summary>
    public static MarkupString AfterName(FleetHost host) => new(MadeOf(host)[(int)FleetColumn.Host] ??= FragmentHtml.Of(FleetCells.OfFigures(FleetColumn.Host, host)));

    /// <summary>How long ago the host was heard of.</summary>
    public static MarkupString Seen(FleetHost host, DateTimeOffset now) =>
        new(string.Create(CultureInfo.InvariantCulture, $"<time datetime=\"{host.Entry.LastSeen.UtcDateTime:O}\">{FleetCells.AgeText(host, now)}</time>"));

    private static string?[] MadeOf(FleetHost host) => Made.GetValue(host.Figures, _ => new string?[Columns]);

    private static string OfText(FleetColumn column, string? text) => string.IsNullOrEmpty(text) ? Empty[(int)column] : Cell(column, HtmlEncoder.Default.Encode(text));

    private static string Cell(FleetColumn column, string html) => $"<td class=\"{FleetColumns.ClassOf(column)}\">{html}</td>";
}
