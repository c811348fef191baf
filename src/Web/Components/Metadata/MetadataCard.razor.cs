using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Metadata;

/// <summary>Every global metadata field of a host, searchable by name, id, class and meaning; what is listed is in the address.</summary>
public sealed partial class MetadataCard : IDisposable
{
    // States that this component sent to the address and that have not come back from it yet.
    private readonly UnderWay<MetadataState> _underWay = new();
    private MetadataState _state = new();
    private IReadOnlyList<string> _problems = [];
    private MarkupString _mark;

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    /// <summary>The snapshot before the last change of metadata; null when they never changed.</summary>
    [Parameter]
    public Snapshot? Earlier { get; set; }

    /// <summary>When that change was received; null when they never changed.</summary>
    [Parameter]
    public DateTimeOffset? ChangedAt { get; set; }

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private Reading<IReadOnlyList<MetadataValue>> Metadata => View.Snapshot.Module.Metadata;

    private IReadOnlyList<MetadataRow> Rows { get; set; } = [];

    private int Offered => Rows.Count(row => row.State == FieldState.Offered);

    private int Changed => Rows.Count(row => row.Before is not null);

    private IEnumerable<MetadataRow> Classes => Rows.DistinctBy(row => row.Id.Class);

    private IReadOnlyList<MetadataRow> Shown => [.. Rows.Where(_state.Lists)];

    /// <inheritdoc/>
    public void Dispose() => Nav.LocationChanged -= OnLocationChanged;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Nav.LocationChanged += OnLocationChanged;
        Read(Nav.UrlState<MetadataState>());
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        Rows = MetadataRows.Of(Metadata, Earlier?.Module.Metadata);
        _mark = new MarkupString(Metadata.IsKnown ? FragmentHtml.Of(ProvenanceMark.Of(Metadata.Provenance, Metadata.Source)) : "");
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        UrlParse<MetadataState> parsed = Nav.UrlState<MetadataState>();
        if (_underWay.TakeBack(parsed.State))
        {
            return; // older than what the card shows by now
        }

        Read(parsed);
        _ = InvokeAsync(StateHasChanged);
    }

    private void Read(UrlParse<MetadataState> parsed) => (_state, _problems) = (parsed.State, parsed.Problems);

    private void Find(string? typed)
    {
        string text = typed ?? "";
        // Typing replaces the history entry: Back leaves the page and does not undo letters.
        Go(_state with { Text = text.Length <= MetadataState.MaxText ? text : text[..MetadataState.MaxText] }, isReplaced: true);
    }

    private void ChooseClass(ChangeEventArgs e) => Go(_state with { Class = int.TryParse(e.Value?.ToString(), CultureInfo.InvariantCulture, out int number) ? number : null });

    private void ChooseShown(ChangeEventArgs e) => Go(_state with { Show = MetadataState.Words.GetValueOrDefault(e.Value?.ToString() ?? "") });

    private void Go(MetadataState state, bool isReplaced = false)
    {
        if (state == _state)
        {
            return;
        }

        Read(new UrlParse<MetadataState>(state, []));
        _underWay.Send(state);
        Nav.NavigateTo(AsOf.Change(state.At(new Uri(Nav.Uri).AbsolutePath), AsOf.At), new NavigationOptions { ReplaceHistoryEntry = isReplaced });
    }
}
