using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>A page of changes, latest first.</summary>
public sealed record ChangePage
{
    /// <summary>The changes.</summary>
    public required IReadOnlyList<ChangeItem> Items { get; init; }

    /// <summary>The cursor of the next page; absent after the last.</summary>
    public string? Next { get; init; }
}

/// <summary>A snapshot and what it changed against the one before it.</summary>
public sealed record ChangeItem
{
    /// <summary>The snapshot.</summary>
    public required SnapshotItem Snapshot { get; init; }

    /// <summary>Whether it was compared already; until then nothing is known of the change, and filters let it through.</summary>
    public required bool IsCompared { get; init; }

    /// <summary>How many fields differ; absent until it was compared.</summary>
    public int? Fields { get; init; }

    /// <summary>What it touched, in the words of the parameter kinds and 'first' for a host's first snapshot; absent until it was compared.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>The most telling differences in one line; absent until it was compared.</summary>
    public string? Headline { get; init; }

    /// <summary>The revision of the snapshot that it was compared with; absent for a first one, and where retention removed it.</summary>
    public long? BaseRevision { get; init; }
}

/// <summary>When a host was not heard of.</summary>
public sealed record SilenceList
{
    /// <summary>The latest such times of the window, ascending, at most 1,000.</summary>
    public required IReadOnlyList<SilenceItem> Items { get; init; }
}

/// <summary>A time in which a host was not heard of.</summary>
public sealed record SilenceItem
{
    /// <summary>When it was heard of last.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When it was heard of again; absent while it lasts.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether the host was silent, or the dashboard itself did not run.</summary>
    public required AbsenceCause Cause { get; init; }
}

/// <summary>The difference of two snapshots.</summary>
public sealed record DiffDocument
{
    /// <summary>The snapshot that it starts from.</summary>
    public required SnapshotItem From { get; init; }

    /// <summary>The snapshot that it leads to.</summary>
    public required SnapshotItem To { get; init; }

    /// <summary>The differences, in the order of the canonical form; empty where the two are equal.</summary>
    public required IReadOnlyList<DiffItem> Entries { get; init; }
}

/// <summary>One difference.</summary>
public sealed record DiffItem
{
    /// <summary>The place, as kernel.keyIdCapacity or layout.tdmrs[2].reserved[0x80000000].</summary>
    public required string Path { get; init; }

    /// <summary>Whether it came, went or differs.</summary>
    public required Tdx.Snapshots.Diff.DiffSign Sign { get; init; }

    /// <summary>What about it differs.</summary>
    public required Tdx.Snapshots.Diff.DiffAspect Aspect { get; init; }

    /// <summary>What it was; absent when it came.</summary>
    public string? Before { get; init; }

    /// <summary>What it is; absent when it went.</summary>
    public string? After { get; init; }

    /// <summary>The difference measured, in words; absent where there is no measure.</summary>
    public string? Measure { get; init; }

    /// <summary>Where the value before comes from; absent outside of a known reading.</summary>
    public Provenance? ProvenanceBefore { get; init; }

    /// <summary>Where the value after comes from; absent outside of a known reading.</summary>
    public Provenance? ProvenanceAfter { get; init; }

    /// <summary>The rule by which any two hosts differ here, as name or address; absent where the difference says something, and between two snapshots of one host.</summary>
    public string? Expected { get; init; }
}
