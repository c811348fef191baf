using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;

namespace TdxDash.Web.Components.Host;

/// <summary>The snapshot itself: identity, schema, download and JSON.</summary>
public partial class RawCard
{
    private const int MostLines = 2_000;
    private Snapshot? _written;

    /// <summary>The host's identity.</summary>
    [Parameter, EditorRequired]
    public string HostId { get; set; } = "";

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    private string Hash { get; set; } = "";

    private string Json { get; set; } = "";

    private int LineCount { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_written, View.Snapshot))
        {
            return;
        }

        _written = View.Snapshot;
        Hash = SnapshotHash.Of(SnapshotCodec.Write(View.Snapshot)).ToString();
        string[] lines = SnapshotCodec.WriteIndented(View.Snapshot).Split('\n');
        (Json, LineCount) = (string.Join('\n', lines.Take(MostLines)), lines.Length);
    }
}
