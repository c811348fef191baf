using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>An envelope whose every part was checked, and the body's canonical bytes, which have the stated hash.</summary>
internal sealed record CheckedEnvelope(string BootId, long Sequence, SnapshotHash Hash, long TakenAt, byte[] Body, byte[] Canonical);

/// <summary>Checks a delivery from the outside in, so that the cheap tests come first.</summary>
internal static class SnapshotCheck
{
    // The last microsecond that DateTimeOffset can hold.
    private const long MaxTakenAt = 253_402_300_799_999_999;

    /// <summary>Checks the size of a batch, whatever its snapshots are.</summary>
    /// <returns>Why it is refused as a whole and what to do; null where it is not.</returns>
    public static string? RefusalOf(SnapshotBatch? batch)
    {
        // Serialisers give null in spite of the type.
        if (batch?.Snapshots is not { } snapshots)
        {
            return "The batch is empty. Update the probe to this dashboard's version.";
        }

        if (snapshots.Count > SnapshotBatch.MaxSnapshots)
        {
            return $"The batch has {snapshots.Count} snapshots; at most {SnapshotBatch.MaxSnapshots} are accepted together. Send them one by one, or update the dashboard to the probe's version.";
        }

        long bytes = snapshots.Sum(envelope => (long)(envelope?.Body?.Length ?? 0));
        return bytes <= SnapshotBatch.MaxBytes ? null
            : $"The batch has {bytes} bytes in its bodies; at most {SnapshotBatch.MaxBytes} are accepted together. Send them one by one, or update the dashboard to the probe's version.";
    }

    /// <summary>Checks envelope, compression and hash.</summary>
    /// <returns>The envelope, or why it was refused and what to do.</returns>
    public static (CheckedEnvelope? Envelope, string Refusal) Open(SnapshotEnvelope? envelope)
    {
        if (envelope is null)
        {
            return (null, "The delivery is empty. Update the probe to this dashboard's version.");
        }

        if (envelope.Sequence < 1)
        {
            return (null, $"Sequence {envelope.Sequence} is below 1. The probe's journal is damaged: delete it; the probe starts a new one.");
        }

        if (!WireGuid.TryNormalise(envelope.BootId, out string bootId))
        {
            return (null, "The boot id is not a GUID of 36 characters. Check /proc/sys/kernel/random/boot_id on the host.");
        }

        if (envelope.TakenAtUnixMicroseconds is < 0 or > MaxTakenAt)
        {
            return (null, $"The time {envelope.TakenAtUnixMicroseconds} µs lies outside the years 1970 to 9999. Set the host's clock.");
        }

        if (!SnapshotHash.TryParse(envelope.Hash, out SnapshotHash hash))
        {
            return (null, $"The hash is not {SnapshotHash.TextLength} lower-case hex digits. Update the probe to this dashboard's version.");
        }

        if (envelope.Body is null)
        {
            return (null, "The body is absent. Update the probe to this dashboard's version.");
        }

        if (BodyCodec.TryExpand(envelope.Body, out byte[] canonical) is string refusal)
        {
            return (null, refusal);
        }

        SnapshotHash actual = SnapshotHash.Of(canonical);
        return actual == hash
            ? (new CheckedEnvelope(bootId, envelope.Sequence, hash, envelope.TakenAtUnixMicroseconds, envelope.Body, canonical), "")
            : (null, $"The body has hash {actual}, the envelope says {hash}: one of them was changed on the way or in the journal. Take the snapshot again.");
    }

    /// <summary>Parses the canonical bytes and checks that they are the one canonical form of what they say.</summary>
    /// <returns>The snapshot, or why it was refused and what to do.</returns>
    public static SnapshotParse Parse(byte[] canonical)
    {
        SnapshotParse parse = SnapshotCodec.Parse(canonical);
        return parse.Snapshot is null || parse.IsCanonical || SnapshotCodec.Write(parse.Snapshot).AsSpan().SequenceEqual(canonical)
            ? parse
            : new SnapshotParse(null, "The body is not in canonical form, so its hash is not the snapshot's identity. Take the snapshot again with a probe of this version.");
    }
}
