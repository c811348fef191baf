using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>Cells as HTML that is made once for each snapshot of a host and shared by all pages that show it. An open page remembers every element of its table twice; of a cell that is
/// one piece it remembers one thing.</summary>
internal static class CellMarkup
{
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private static readonly int Columns = Enum.GetValues<FleetColumn>().Length;
    private static readonly ConditionalWeakTable<HostFigures, string?[]> Made = [];

    /// <summary>A cell.</summary>
    /// <param name="figures">What it depends on, and nothing else.</param>
    /// <param name="column">Its column.</param>
    /// <param name="content">What stands in it, made when it is not there yet; without components, and what came from a host as text.</param>
    public static RenderFragment Of(HostFigures figures, FleetColumn column, Func<RenderFragment> content)
    {
        string?[] cells = Made.GetValue(figures, _ => new string?[Columns]);
        string html = cells[(int)column] ??= Render(content());
        return builder => builder.AddMarkupContent(0, html);
    }

    private static string Render(RenderFragment content)
    {
        using var renderer = new HtmlRenderer(NoServices, NullLoggerFactory.Instance);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Cell.Content)] = content });

        // Nothing of a cell waits, and nobody else has this renderer: it is done when the call is back.
        return renderer.Dispatcher.InvokeAsync(() => renderer.BeginRenderingComponent<Cell>(parameters).ToHtmlString()).GetAwaiter().GetResult();
    }

    private sealed class Cell : ComponentBase
    {
        [Parameter]
        public RenderFragment? Content { get; set; }

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder) => builder.AddContent(0, Content);
    }
}
