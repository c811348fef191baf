using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace TdxDash.Web.Components.Parts;

/// <summary>Fragments as HTML. An open page remembers every element and attribute, most of them twice; of a fragment that is one piece of HTML it remembers one thing.</summary>
internal static class FragmentHtml
{
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    /// <summary>Renders a fragment.</summary>
    /// <param name="content">Without components and handlers; text in it comes out as text.</param>
    public static string Of(RenderFragment content)
    {
        using var renderer = new HtmlRenderer(NoServices, NullLoggerFactory.Instance);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Piece.Content)] = content });

        // Nothing of a fragment waits, and nobody else has this renderer: it is done when the call is back.
        return renderer.Dispatcher.InvokeAsync(() => renderer.BeginRenderingComponent<Piece>(parameters).ToHtmlString()).GetAwaiter().GetResult();
    }

    private sealed class Piece : ComponentBase
    {
        [Parameter]
        public RenderFragment? Content { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Content);
    }
}
