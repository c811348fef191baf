namespace TdxDash.HostProbe.Journal;

/// <summary>A snapshot that waits for its acknowledgement.</summary>
/// <param name="Sequence">Its number, from 1, rising over boots and restarts.</param>
/// <param name="BootId">The boot it was taken in, which may be an earlier one.</param>
/// <param name="TakenAtMicroseconds">Unix time by the host's clock.</param>
/// <param name="Hash">SHA-256 of the canonical bytes in 64 hex digits, as it was journaled.</param>
/// <param name="Body">The canonical bytes, compressed.</param>
internal sealed record JournalEntry(long Sequence, string BootId, long TakenAtMicroseconds, string Hash, byte[] Body);

/// <summary>How long settled entries, delivered or rejected, are kept. Entries that wait are never deleted.</summary>
/// <param name="Age">Time since they were settled.</param>
/// <param name="Count">The most that are kept.</param>
internal sealed record JournalRetention(TimeSpan Age, int Count)
{
    /// <summary>A month, and a thousand entries: a few MiB.</summary>
    public static readonly JournalRetention Default = new(TimeSpan.FromDays(30), 1_000);
}
