namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>The difference between two snapshots, of one host or of two: entries for people, and an exact part that makes the target
/// of the base. Deterministic: the same two snapshots give the same entries in the same order.</summary>
public sealed class SnapshotDiff
{
    private readonly Edit<Snapshot>? _edit;

    private SnapshotDiff(SnapshotHash from, SnapshotHash to, IReadOnlyList<DiffEntry> entries, Edit<Snapshot>? edit)
    {
        Base = from;
        Target = to;
        Entries = entries;
        _edit = edit;
    }

    /// <summary>The snapshot that the diff starts from.</summary>
    public SnapshotHash Base { get; }

    /// <summary>The snapshot that the diff leads to.</summary>
    public SnapshotHash Target { get; }

    /// <summary>The differences, in the order of the canonical form, regions ascending; empty exactly when the two hashes are equal.</summary>
    public IReadOnlyList<DiffEntry> Entries { get; }

    /// <summary>Whether the two are equal.</summary>
    public bool IsEmpty => Entries.Count == 0;

    /// <summary>Compares two valid snapshots, such as <see cref="SnapshotCodec.Parse"/> accepts.</summary>
    public static SnapshotDiff Between(Snapshot before, Snapshot after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        SnapshotHash from = HashOf(before), to = ReferenceEquals(before, after) ? from : HashOf(after);
        if (from == to)
        {
            return new SnapshotDiff(from, to, [], null);
        }

        var entries = new EntryList();
        Edit<Snapshot>? edit = SnapshotShape.Whole.Compare(before, after, "", entries);
        return new SnapshotDiff(from, to, entries.Entries, edit);
    }

    /// <summary>Makes the target of the base.</summary>
    /// <returns>A snapshot with the canonical bytes of the target.</returns>
    /// <exception cref="ArgumentException">The snapshot is not this diff's base.</exception>
    /// <exception cref="InvalidOperationException">The result is not the target: a defect of the diff.</exception>
    public Snapshot Apply(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        SnapshotHash hash = HashOf(snapshot);
        if (hash != Base)
        {
            throw new ArgumentException($"The snapshot {hash} is not the base {Base} of this diff. Apply the diff to its base, or make a new one from this snapshot.", nameof(snapshot));
        }

        Snapshot made = _edit is null ? snapshot : _edit(snapshot);
        SnapshotHash reached = _edit is null ? hash : HashOf(made);
        return reached == Target
            ? made
            : throw new InvalidOperationException($"The diff from {Base} led to {reached} instead of {Target}. Compare the two snapshots again, and report it with both of them.");
    }

    private static SnapshotHash HashOf(Snapshot snapshot) => SnapshotHash.Of(SnapshotCodec.Write(snapshot));
}
