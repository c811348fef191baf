using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.Web.Live.History;

/// <summary>A stretch of time by the dashboard's clock, half-open.</summary>
public readonly record struct TimeWindow
{
    /// <summary>Makes a window.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public TimeWindow(DateTimeOffset from, DateTimeOffset to)
    {
        (From, To) = from < to ? (from, to) : throw new ArgumentException($"A window from {from:O} to {to:O} is empty. Give an end after the start.", nameof(to));
    }

    /// <summary>The first moment in it.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The first moment after it.</summary>
    public DateTimeOffset To { get; }

    /// <summary>How long it is.</summary>
    public TimeSpan Length => To - From;
}

/// <summary>One snapshot of a host's history.</summary>
public sealed record StoredSnapshot
{
    /// <summary>The host's identity.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's name, as its probe says it now.</summary>
    public required string HostName { get; init; }

    /// <summary>The store's number for it, unique over the fleet.</summary>
    public required long Revision { get; init; }

    /// <summary>The kernel's boot id.</summary>
    public required string BootId { get; init; }

    /// <summary>The probe's own number for it, which decides the order.</summary>
    public required long Sequence { get; init; }

    /// <summary>What it holds.</summary>
    public required SnapshotHash Hash { get; init; }

    /// <summary>When it was taken, by the host's own clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>When the dashboard received it, by the dashboard's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When a later one overtook it; null while it is the latest.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>Whether it ever was the latest: one that was overtaken before it came never was.</summary>
    public bool WasInForce => Until is not { } until || until > ReceivedAt;
}

/// <summary>One line of a history: a snapshot and what it changed.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Change">What it changed; null while it waits to be compared.</param>
/// <param name="Base">The revision of the snapshot that it was compared with; null for a first one.</param>
/// <param name="IsBaseKept">Whether that one is still there: retention may have removed it.</param>
public sealed record HistoryEntry(StoredSnapshot Snapshot, ChangeSummary? Change, long? Base, bool IsBaseKept = true);

/// <summary>Some lines of a history, latest first.</summary>
/// <param name="Entries">The lines.</param>
/// <param name="Next">Where the next ones begin; null after the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, HistoryCursor? Next);

/// <summary>A place in a history: what stands below it comes later on the list.</summary>
/// <param name="ReceivedAt">A time of receipt, in microseconds since 1970 in UTC.</param>
/// <param name="Revision">The revision at that time.</param>
public readonly record struct HistoryCursor(long ReceivedAt, long Revision);

/// <summary>Which lines of the history are wanted.</summary>
/// <param name="Window">Received within it.</param>
/// <param name="HostId">Of one host; null for the fleet.</param>
/// <param name="Kinds">Those that touch any of these; <see cref="ChangeKinds.None"/> for all. What was not compared yet always counts.</param>
/// <param name="Text">Part of the host's name or of the change's headline; empty for all.</param>
public sealed record HistoryFilter(TimeWindow Window, string? HostId = null, ChangeKinds Kinds = ChangeKinds.None, string Text = "");

/// <summary>The changes in a small part of a window, drawn as one mark.</summary>
/// <param name="At">When the latest of them was received.</param>
/// <param name="Snapshots">How many.</param>
/// <param name="Fields">The most fields that one of them changed.</param>
/// <param name="Kinds">What they touched together.</param>
/// <param name="Revision">The latest of them.</param>
/// <param name="IsCompared">Whether all of them were compared.</param>
public sealed record HistoryMark(DateTimeOffset At, int Snapshots, int Fields, ChangeKinds Kinds, long Revision, bool IsCompared);

/// <summary>How many changes there were in a piece of time.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
/// <param name="Changes">How many in all. Those that were not compared yet have no kind.</param>
/// <param name="Boots">How many of them were boots with the same TDX module.</param>
/// <param name="Updates">How many of them brought another TDX module or P-SEAMLDR, with or without a boot.</param>
public sealed record ActivityPiece(DateTimeOffset From, DateTimeOffset To, int Changes, int Boots, int Updates);

/// <summary>A snapshot that was in force, with what time lines draw of it.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Digest">Its values.</param>
public sealed record PastState(StoredSnapshot Snapshot, HostDigest Digest);

/// <summary>Why a host was not heard of.</summary>
public enum AbsenceCause
{
    /// <summary>The host was silent, or could not reach the dashboard.</summary>
    Silent,

    /// <summary>The dashboard itself did not run.</summary>
    DashboardAway,
}

/// <summary>A time in which a host was not heard of.</summary>
/// <param name="From">When it was heard of last.</param>
/// <param name="To">When it was heard of again; null while it lasts.</param>
/// <param name="Cause">Why.</param>
public sealed record Absence(DateTimeOffset From, DateTimeOffset? To, AbsenceCause Cause);

/// <summary>How far a history reaches.</summary>
/// <param name="First">When the first snapshot was received.</param>
/// <param name="Last">When the latest one was received.</param>
/// <param name="BootedAt">When the first snapshot of the latest boot was received.</param>
public sealed record HistorySpan(DateTimeOffset First, DateTimeOffset Last, DateTimeOffset BootedAt);

/// <summary>What a host's time line draws of a window.</summary>
/// <param name="States">The snapshots at which a drawn value could change, in force one after the other; the first may reach in from before the window.</param>
/// <param name="AllStates">Whether these are all; when there are too many, the latest are missing.</param>
/// <param name="Marks">The changes.</param>
/// <param name="Absences">When the host was not heard of, ascending.</param>
public sealed record HostTimeline(IReadOnlyList<PastState> States, bool AllStates, IReadOnlyList<HistoryMark> Marks, IReadOnlyList<Absence> Absences);

/// <summary>How many hosts ran a module version at some moments.</summary>
/// <param name="Version">The version; null for hosts of which none is known.</param>
/// <param name="Hosts">The hosts at each moment.</param>
public sealed record VersionSeries(string? Version, IReadOnlyList<int> Hosts);

/// <summary>How many hosts were not heard of, over time.</summary>
/// <param name="Moments">The moments, ascending.</param>
/// <param name="Hosts">The hosts at each moment; those that the dashboard could not hear, as it did not run, are not among them.</param>
public sealed record SilencesOverTime(IReadOnlyList<DateTimeOffset> Moments, IReadOnlyList<int> Hosts);

/// <summary>Module versions over the fleet over time.</summary>
/// <param name="Moments">The moments, ascending.</param>
/// <param name="Series">The versions, most hosts at the end first.</param>
public sealed record VersionsOverTime(IReadOnlyList<DateTimeOffset> Moments, IReadOnlyList<VersionSeries> Series);
