using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace TdxDash.Ingest;

/// <summary>The same bytes into one plain table: what SQLite itself gives on this disk at the same durability.</summary>
internal static class RawSqlite
{
    /// <summary>Rows of one commit, as many as the dashboard's writer takes at most.</summary>
    public const int Batch = 128;

    /// <summary>Writes them.</summary>
    /// <returns>Rows a second.</returns>
    public static double Write(string folder, IReadOnlyList<Delivery> deliveries)
    {
        Directory.CreateDirectory(folder);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "PRAGMA synchronous=FULL");
        Execute(connection, "CREATE TABLE IF NOT EXISTS rows (host TEXT, boot TEXT, sequence INTEGER, hash TEXT, body BLOB)");
        long began = Stopwatch.GetTimestamp();
        foreach (Delivery[] batch in deliveries.Chunk(Batch))
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO rows VALUES ($host, $boot, $sequence, $hash, $body)";
            foreach (Delivery delivery in batch)
            {
                insert.Parameters.Clear();
                insert.Parameters.AddWithValue("$host", delivery.Host.Id);
                insert.Parameters.AddWithValue("$boot", delivery.Envelope.BootId);
                insert.Parameters.AddWithValue("$sequence", delivery.Envelope.Sequence);
                insert.Parameters.AddWithValue("$hash", delivery.Envelope.Hash);
                insert.Parameters.AddWithValue("$body", delivery.Envelope.Body);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return deliveries.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
