using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Host;

/// <summary>The metadata of a host, and what they were before they last changed.</summary>
public sealed partial class HostMetadata : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private HostView? _compared;
    private Snapshot? _earlier;
    private DateTimeOffset? _changedAt;
    private string _trouble = "";

    /// <summary>The host's identity.</summary>
    [Parameter, EditorRequired]
    public string HostId { get; set; } = "";

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private IHostHistory History { get; set; } = null!;

    [Inject]
    private ISnapshotArchive Archive { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (ReferenceEquals(View, _compared))
        {
            return;
        }

        HostView view = View;
        _compared = view;
        try
        {
            (Snapshot? earlier, DateTimeOffset? changedAt) = await FindAsync(_gone.Token);
            if (ReferenceEquals(view, View))
            {
                (_earlier, _changedAt, _trouble) = (earlier, changedAt, "");
            }
        }
        catch (InvalidDataException e)
        {
            (_earlier, _changedAt, _trouble) = (null, null, e.Message);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it loaded.
        }
    }

    // Since the last change nothing differs, so what was before it is what the values of now have to be compared with.
    private async Task<(Snapshot? Earlier, DateTimeOffset? ChangedAt)> FindAsync(CancellationToken cancellation)
    {
        DateTimeOffset end = AsOf.At?.AddMicroseconds(1) ?? Time.GetUtcNow().AddDays(1);
        if (end <= DateTimeOffset.UnixEpoch)
        {
            return (null, null);
        }

        var filter = new HistoryFilter(new TimeWindow(DateTimeOffset.UnixEpoch, end), HostId, ChangeKinds.Metadata);
        HistoryEntry? last = (await History.EntriesAsync(filter, null, 1, cancellation)).Entries.SingleOrDefault(entry => entry.Base is not null);
        StoredSnapshot? before = last is null ? null : await History.FindAsync(HostId, last.Base!.Value, cancellation);
        return before is null ? (null, null) : (await Archive.ReadAsync(before.Hash, cancellation), last!.Snapshot.ReceivedAt);
    }
}
