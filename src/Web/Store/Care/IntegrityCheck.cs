using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Store.Care;

/// <summary>What a check of the whole database found.</summary>
/// <param name="Structure">What the database itself found wrong with pages, rows and indexes.</param>
/// <param name="Bodies">Hashes of snapshots whose body is not what it was, or is not there.</param>
/// <param name="Checked">How many bodies were compared with their hash.</param>
/// <param name="Events">How many events have a body that cannot be read.</param>
internal sealed record IntegrityFindings(IReadOnlyList<string> Structure, IReadOnlyList<string> Bodies, long Checked, long Events);

/// <summary>Reads the whole database and looks for damage; writes nothing, and works beside the writer.</summary>
internal sealed class IntegrityCheck(StoreEngine store)
{
    // More lines tell nobody more.
    private const int MaxFindings = 20;
    private const int BodiesAtOnce = 64;
    private const int EventsAtOnce = 1_024;

    // Bodies are read for a fifth of the time, so that the check of a large database takes no core away from pages and probes.
    private const int RestPerWork = 4;

    /// <summary>Runs the check.</summary>
    /// <param name="gently">Whether to leave the processor to others most of the time.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DbException">The database cannot be read at all.</exception>
    public async Task<IntegrityFindings> RunAsync(bool gently, CancellationToken cancellation)
    {
        List<string> structure = await Task.Run(() => store.CheckStructure(cancellation), cancellation);
        List<string> damaged = structure.Count > 0 ? [] : Missing();
        long count = 0;
        for (long after = 0; ;)
        {
            long began = Environment.TickCount64;
            List<BodyRow> rows = structure.Count > 0 ? [] : Read(after);
            if (rows.Count == 0)
            {
                return new IntegrityFindings(structure, damaged, count, structure.Count > 0 ? 0 : await EventsAsync(gently, cancellation));
            }

            damaged.AddRange(rows.Where(row => !IsWhole(row)).Select(row => row.Hash).Take(MaxFindings - damaged.Count));
            (after, count) = (rows[^1].Id, count + rows.Count);
            await RestAsync(gently, began, cancellation);
        }
    }

    private async Task<long> EventsAsync(bool gently, CancellationToken cancellation)
    {
        long unreadable = 0;
        for (long after = 0; ;)
        {
            long began = Environment.TickCount64;
            List<EventRow> rows = ReadEvents(after);
            if (rows.Count == 0)
            {
                return unreadable;
            }

            unreadable += rows.Count(row => ObservationBatch.Read(row.Body) is null);
            after = rows[^1].Revision;
            await RestAsync(gently, began, cancellation);
        }
    }

    private static Task RestAsync(bool gently, long began, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return gently ? Task.Delay(TimeSpan.FromMilliseconds((Environment.TickCount64 - began) * RestPerWork), cancellation) : Task.CompletedTask;
    }

    private static bool IsWhole(BodyRow row) =>
        BodyCodec.TryExpand(row.Body, out byte[] canonical) is null && SnapshotHash.Of(canonical).ToString() == row.Hash;

    private List<string> Missing()
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<string>("SELECT DISTINCT s.hash FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM bodies b WHERE b.hash = s.hash) LIMIT @limit",
            new { limit = MaxFindings }).AsList();
    }

    private List<BodyRow> Read(long after)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<BodyRow>($"SELECT {store.BodyNumber} AS Id, hash AS Hash, body AS Body FROM bodies WHERE {store.BodyNumber} > @after ORDER BY {store.BodyNumber} LIMIT @limit",
            new { after, limit = BodiesAtOnce }).AsList();
    }

    private List<EventRow> ReadEvents(long after)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<EventRow>("SELECT revision AS Revision, body AS Body FROM events WHERE revision > @after ORDER BY revision LIMIT @limit",
            new { after, limit = EventsAtOnce }).AsList();
    }

    private sealed record EventRow(long Revision, byte[] Body);

    private sealed record BodyRow(long Id, string Hash, byte[] Body);
}
