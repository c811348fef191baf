using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.History;

/// <summary>A snapshot that was asked for.</summary>
/// <param name="Stored">Where it stands in its host's history.</param>
/// <param name="Snapshot">What it holds.</param>
public sealed record FoundSnapshot(StoredSnapshot Stored, Snapshot Snapshot);

/// <summary>Finds snapshots for pages.</summary>
public sealed class SnapshotFinder(IHostHistory history, ISnapshotArchive archive, IFleetView fleet, TimeProvider time)
{
    /// <summary>Finds a snapshot.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="at">The latest at this time; null for now.</param>
    /// <param name="revision">The one of this revision instead; null for none.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The snapshot, or why there is none and what to do.</returns>
    public async Task<(FoundSnapshot? Found, string? Problem)> FindAsync(string hostId, DateTimeOffset? at, long? revision, CancellationToken cancellation)
    {
        StoredSnapshot? stored = revision is { } number
            ? await history.FindAsync(hostId, number, cancellation)
            : await history.InForceAsync(hostId, at ?? time.GetUtcNow().AddDays(1), cancellation);
        if (stored is null)
        {
            return (null, await ProblemAsync(hostId, at, revision, cancellation));
        }

        try
        {
            return (new FoundSnapshot(stored, await archive.ReadAsync(stored.Hash, cancellation)), null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }

    private async Task<string> ProblemAsync(string hostId, DateTimeOffset? at, long? revision, CancellationToken cancellation)
    {
        if (fleet.Find(hostId) is not { } entry)
        {
            return $"No host with the identity {hostId} has reported to this dashboard.";
        }

        if (revision is { } number)
        {
            return await history.WasRemovedAsync(number, cancellation)
                ? $"The snapshot with the revision {number} was removed by retention: it had given way to a newer one, and is older than what is kept. Choose one from the history of {entry.Summary.Name}."
                : $"{entry.Summary.Name} has no snapshot with the revision {number}. Choose one from its history.";
        }

        HistorySpan? span = await history.SpanAsync(hostId, null, cancellation);
        return span is null || at is null
            ? $"{entry.Summary.Name} has no snapshot yet. It appears here when its probe sends one."
            : $"{entry.Summary.Name} had not reported yet at {at:yyyy-MM-dd HH:mm:ss} UTC: its first snapshot came at {span.First:yyyy-MM-dd HH:mm:ss} UTC. Choose a later time.";
    }
}
