using System.Data.Common;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Stores snapshots that wait together in one turn to the server, in their order; put_snapshot of the schema does for each what <see cref="SnapshotWork"/> does on SQLite.</summary>
internal static class PostgresSnapshots
{
    // What the server holds of one turn fits into its memory for a query, unless a single body is larger.
    private const int MostBytes = 2 << 20;

    private const string PutSql = """
        SELECT p.held_hash, p.held_revision, p.is_new
        FROM unnest(@hosts, @names, @origins, @probes, @boots, @sequences, @hashes, @schemas, @rawBytes, @bodies, @taken, @received, @digests)
            WITH ORDINALITY AS n (host, name, origin, probe, boot, sequence, hash, schema, raw_bytes, body, taken, received, digest, number)
        CROSS JOIN LATERAL put_snapshot(host, name, origin, probe, boot, sequence, hash, schema, raw_bytes, body, taken, received, digest) AS p ORDER BY n.number
        """;

    // The ids of texts, of which those that are new are stored.
    private const string TextsSql = """
        WITH wanted AS (SELECT n.text, t.id FROM unnest(@texts) AS n (text) LEFT JOIN texts t ON t.text = n.text),
            added AS (INSERT INTO texts (id, text) SELECT (SELECT coalesce(max(id), 0) FROM texts) + row_number() OVER (), w.text FROM wanted w WHERE w.id IS NULL RETURNING id, text)
        SELECT id, text FROM wanted WHERE id IS NOT NULL UNION ALL SELECT id, text FROM added
        """;

    /// <summary>Runs works in their order, those of snapshots that follow one another together.</summary>
    public static void Apply(StoreTransaction transaction, IReadOnlyList<IStoreWork> works)
    {
        var together = new List<SnapshotWork>();
        foreach (IStoreWork work in works)
        {
            if (work is SnapshotWork snapshot)
            {
                together.Add(snapshot);
            }
            else
            {
                Put(transaction, together);
                together.Clear();
                work.Apply(transaction);
            }
        }

        Put(transaction, together);
    }

    private static void Put(StoreTransaction transaction, List<SnapshotWork> works)
    {
        byte[]?[] digests = Digests(transaction, works);
        for (int from = 0, to; from < works.Count; from = to)
        {
            to = from + 1;
            for (long bytes = works[from].Bytes; to < works.Count && (bytes += works[to].Bytes) <= MostBytes; to++)
            {
            }

            PutTogether(transaction, works[from..to], digests[from..to]);
        }
    }

    private static void PutTogether(StoreTransaction transaction, List<SnapshotWork> works, byte[]?[] digests)
    {
        T[] Column<T>(Func<SnapshotRow, T> of) => [.. works.Select(work => of(work.Row))];
        using DbDataReader reader = transaction.Statements.Of(transaction.Inner, PutSql,
        [
            ("@hosts", Column(row => row.HostId)), ("@names", Column(row => row.HostName)), ("@origins", Column(row => row.Origin.ToString())), ("@probes", Column(row => row.ProbeVersion)),
            ("@boots", Column(row => row.BootId)), ("@sequences", Column(row => row.Sequence)), ("@hashes", Column(row => row.Hash.ToString())), ("@schemas", Column(row => (long)row.Schema)),
            ("@rawBytes", Column(row => (long)row.RawBytes)), ("@bodies", Column(row => row.Body)), ("@taken", Column(row => row.TakenAt)), ("@received", Column(row => row.ReceivedAt)),
            ("@digests", digests),
        ]).ExecuteReader();
        foreach (SnapshotWork work in works)
        {
            if (!reader.Read())
            {
                throw new InvalidOperationException("The database told of fewer snapshots than it was given.");
            }

            work.Settle(reader.GetString(0), reader.GetInt64(1), reader.GetBoolean(2));
        }
    }

    // Only a snapshot with a text that is not known yet, as the first of a host, has its digest written twice.
    private static byte[]?[] Digests(StoreTransaction transaction, List<SnapshotWork> works)
    {
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        byte[]?[] digests = Write(works, text =>
        {
            if (!transaction.Texts.TryGet(text, out long id))
            {
                unknown.Add(text);
            }

            return id;
        });
        if (unknown.Count == 0)
        {
            return digests;
        }

        using (DbDataReader reader = transaction.Statements.Of(transaction.Inner, TextsSql, [("@texts", unknown.ToArray())]).ExecuteReader())
        {
            while (reader.Read())
            {
                transaction.Texts.Learn(reader.GetString(1), reader.GetInt64(0));
            }
        }

        return Write(works, transaction.IdOf);
    }

    private static byte[]?[] Write(List<SnapshotWork> works, Func<string, long> idOf) => [.. works.Select(work => work.Row.Digest is { } digest ? DigestCodec.Write(digest, idOf) : null)];
}
