using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Tdx.Planning;

namespace TdxDash.Web.Components.Planning;

/// <summary>The text of a plan, which is all that there is of it: typed, begun with a preset or a log, or changed by the fields, which write into it.</summary>
public sealed partial class PlanEditor : IDisposable
{
    /// <summary>The most mistakes that are listed.</summary>
    internal const int MostShown = 6;

    private ElementReference _root;
    private DotNetObjectReference<PlanEditor>? _self;
    private string? _first;
    private string _known = "";
    private bool _mustSet;

    /// <summary>The plan.</summary>
    [Parameter, EditorRequired]
    public PlanSheet Sheet { get; set; } = null!;

    /// <summary>Its letter; empty where there is one plan only.</summary>
    [Parameter]
    public string Letter { get; set; } = "";

    /// <summary>The browser's part.</summary>
    [Parameter, EditorRequired]
    public PlanScript Script { get; set; } = null!;

    /// <summary>Told of a text, and whether somebody typed it; else it is a step that Back undoes.</summary>
    [Parameter]
    public EventCallback<(string Text, bool IsTyped)> OnText { get; set; }

    /// <summary>Told of a text that is too long, with its length.</summary>
    [Parameter]
    public EventCallback<long> OnTooLong { get; set; }

    /// <summary>Told of what a log, memory map or snapshot gave.</summary>
    [Parameter]
    public EventCallback<PlanSource> OnSource { get; set; }

    /// <summary>Called by the script with what stands there.</summary>
    [JSInvokable]
    public Task Typed(string text)
    {
        _known = text;
        return OnText.InvokeAsync((text, true));
    }

    /// <summary>Called by the script when what stands there is too long to be sent.</summary>
    [JSInvokable]
    public Task TooLong(long length) => OnTooLong.InvokeAsync(length);

    /// <inheritdoc/>
    public void Dispose() => _self?.Dispose();

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // The box is the browser's once it is there: what is typed on must not be lost to what was typed before.
        _first ??= Sheet.Text;
        if (Sheet.Text != _known)
        {
            _known = Sheet.Text;
            _mustSet = true;
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // Before anything is awaited: a text that comes meanwhile has to be set, too.
        bool mustSet = _mustSet;
        _mustSet = false;
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await Script.AttachAsync(_root, _self, _first!, _known);
        }
        else if (mustSet)
        {
            await Script.SetAsync(_known);
        }
    }

    private Task Change(string text) => OnText.InvokeAsync((text, false));

    private Task Mark(PlanProblem problem) => Script.MarkAsync(problem.Position, problem.Length);

    private Task ChoosePreset(ChangeEventArgs e) =>
        int.TryParse(e.Value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < PlanPresets.All.Count ? Change(PlanPresets.All[index].Text) : Task.CompletedTask;
}
