using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Compare;

/// <summary>Two snapshots and what differs: who they are, the differences in groups, and the changed regions drawn.</summary>
public partial class DiffPane
{
    private const int MostDrawn = 5_000;

    private (Snapshot, Snapshot) _drawn;
    private HostMap? _before;
    private HostMap? _after;
    private IReadOnlyList<MapChange> _changes = [];

    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public CompareState State { get; set; } = null!;

    /// <summary>A.</summary>
    [Parameter, EditorRequired]
    public FoundSnapshot Before { get; set; } = null!;

    /// <summary>B.</summary>
    [Parameter, EditorRequired]
    public FoundSnapshot After { get; set; } = null!;

    /// <summary>Their differences.</summary>
    [Parameter, EditorRequired]
    public DiffView View { get; set; } = null!;

    // What is copied is what stands here, whatever has been received since and whatever time is shown.
    private CompareState Exactly => State with
    {
        Refs = [SnapshotRef.OfRevision(Before.Stored.HostId, Before.Stored.Revision), SnapshotRef.OfRevision(After.Stored.HostId, After.Stored.Revision)],
    };

    private bool AreOfTwoHosts => Before.Stored.HostId != After.Stored.HostId;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (_drawn == (Before.Snapshot, After.Snapshot))
        {
            return;
        }

        _drawn = (Before.Snapshot, After.Snapshot);
        IReadOnlyList<MapChange> changes = MapChange.Of(SnapshotDiff.Between(Before.Snapshot, After.Snapshot));
        _changes = changes.Count <= MostDrawn ? changes : [.. changes.Take(MostDrawn)];
        (_before, _after) = _changes.Count == 0 ? (null, null) : (MapOf(Before.Snapshot), MapOf(After.Snapshot));
    }

    private static HostMap MapOf(Snapshot snapshot) => HostMap.From(
        snapshot.Memory, ModuleIdentity.From(snapshot).Cmrs, snapshot.Layout.Layout, null, snapshot.Origin, snapshot.Layout.Limits.Or(null));
}
