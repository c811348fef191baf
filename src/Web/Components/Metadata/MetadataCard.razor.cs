using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;

namespace TdxDash.Web.Components.Metadata;

/// <summary>Every global metadata field of a host, searchable by name, id, class and meaning.</summary>
public partial class MetadataCard
{
    private string _text = "";
    private string _class = "";
    private string _shown = "all";

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    /// <summary>The snapshot before the last change of metadata; null when they never changed.</summary>
    [Parameter]
    public Snapshot? Earlier { get; set; }

    /// <summary>When that change was received; null when they never changed.</summary>
    [Parameter]
    public DateTimeOffset? ChangedAt { get; set; }

    private Reading<IReadOnlyList<MetadataValue>> Metadata => View.Snapshot.Module.Metadata;

    private IReadOnlyList<MetadataRow> Rows { get; set; } = [];

    private int Offered => Rows.Count(row => row.State == FieldState.Offered);

    private int Changed => Rows.Count(row => row.Before is not null);

    private IEnumerable<string> Classes => Rows.Select(row => row.Class).Distinct();

    private IReadOnlyList<MetadataRow> Shown => [.. Rows.Where(row => IsShown(row) && row.Matches(_text))];

    /// <inheritdoc/>
    protected override void OnParametersSet() => Rows = MetadataRows.Of(Metadata, Earlier?.Module.Metadata);

    private bool IsShown(MetadataRow row) => (_class.Length == 0 || row.Class == _class) && _shown switch
    {
        "offered" => row.State == FieldState.Offered,
        "missing" => row.State != FieldState.Offered,
        "changed" => row.Before is not null,
        _ => true,
    };

    private void Clear() => (_text, _class, _shown) = ("", "", "all");
}
