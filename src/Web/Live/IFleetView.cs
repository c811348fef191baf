using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Live;

/// <summary>One host as the fleet knows it now.</summary>
public sealed record HostEntry
{
    /// <summary>The host's identity.</summary>
    public required string HostId { get; init; }

    /// <summary>The store's revision of the latest change to this host; rises over the whole fleet.</summary>
    public required long Revision { get; init; }

    /// <summary>The values of its latest snapshot.</summary>
    public required HostSummary Summary { get; init; }

    /// <summary>The latest snapshot's identity.</summary>
    public required SnapshotHash Hash { get; init; }

    /// <summary>When the latest snapshot was taken, by the host's own clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>When the dashboard last heard of the host, by the dashboard's clock.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>When the dashboard last heard of the host, by the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>); null where it was not since the dashboard's start.</summary>
    public long? HeardAt { get; init; }

    /// <summary>Up to when is known what other nodes hear of it; null where this one heard of it last.</summary>
    internal SignHorizon? Elsewhere { get; init; }

    /// <summary>For how long nothing is known of other nodes that may hear of it.</summary>
    internal TimeSpan Unknown => Elsewhere?.Behind ?? TimeSpan.Zero;

    /// <summary>Whether it was not heard of for so long that its values are old. A host that was taken from a file has nobody to be heard of.</summary>
    public bool IsSilentAt(DateTimeOffset now) => Summary.Origin != Origin.File && now - LastSeen > ProbeContract.SilentAfter && now - LastSeen - Unknown > ProbeContract.SilentAfter;

    /// <summary>The probe's version; empty where it is not known since the dashboard's start.</summary>
    public required string ProbeVersion { get; init; }

    /// <summary>Snapshots and observations that the probe's journal had to drop before they could be delivered, as its last heartbeat said; null until there was one since the
    /// dashboard's start.</summary>
    public long? Dropped { get; init; }
}

/// <summary>The latest state of every host, in memory, and the feed of its changes.</summary>
public interface IFleetView
{
    /// <summary>Every host, in no order.</summary>
    IReadOnlyCollection<HostEntry> Hosts { get; }

    /// <summary>One host, or null.</summary>
    HostEntry? Find(string hostId);

    /// <summary>Calls back after every change, with the host that changed; on any thread, never for long. Disposing ends it.
    /// Subscribe first and load second, so that nothing falls between.</summary>
    IDisposable Subscribe(Action<HostEntry> onChange);
}

/// <summary>Reads snapshots from the store.</summary>
public interface ISnapshotArchive
{
    /// <summary>The latest snapshot of a host, or null when there is none.</summary>
    Task<Snapshot?> LatestAsync(string hostId, CancellationToken cancellation);

    /// <summary>The snapshot of a hash.</summary>
    /// <exception cref="InvalidDataException">Its body is absent or damaged; the message says what to do.</exception>
    Task<Snapshot> ReadAsync(SnapshotHash hash, CancellationToken cancellation);
}
