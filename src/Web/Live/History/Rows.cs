using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Security;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Live.History;

/// <summary>Turns the store's rows into what pages see.</summary>
internal static class Rows
{
    public static StoredSnapshot Snapshot(PastRow row) => new()
    {
        HostId = row.HostId,
        HostName = ShownText.Limit(row.HostName, ShownText.MaxName),
        Revision = row.Revision,
        BootId = row.BootId,
        Sequence = row.Sequence,
        Hash = SnapshotHash.TryParse(row.Hash, out SnapshotHash hash) ? hash : throw new InvalidDataException($"The stored hash '{row.Hash}' has not the form of one. Put back a backup of the database."),
        TakenAt = UnixTime.FromMicroseconds(row.TakenAt),
        ReceivedAt = UnixTime.FromMicroseconds(row.ReceivedAt),
        Until = row.Until == HistoryReader.Forever ? null : UnixTime.FromMicroseconds(row.Until),
    };

    public static StoredSnapshot Snapshot(DigestRow row) => Snapshot(new PastRow(row.HostId, row.HostName, row.Revision, row.BootId, row.Sequence, row.Hash, row.TakenAt, row.ReceivedAt, row.Until));

    public static HistoryEntry Entry(ChangeRow row) => new(
        Snapshot(new PastRow(row.HostId, row.HostName, row.Revision, row.BootId, row.Sequence, row.Hash, row.TakenAt, row.ReceivedAt, row.Until)),
        row.Compared == 0 ? null : new ChangeSummary((int)row.Changed, (ChangeKinds)row.Kinds, row.Headline),
        row.Base,
        row.Base == row.KeptBase);

    public static HistorySpan? Span(SpanRow? row) => row is null
        ? null
        : new HistorySpan(UnixTime.FromMicroseconds(row.First), UnixTime.FromMicroseconds(row.Last), UnixTime.FromMicroseconds(row.BootedAt));
}
