using Microsoft.Data.Sqlite;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Support;

namespace TdxDash.HostProbe.Service;

/// <summary>Statistics of a journal for a support bundle. It only reads; a journal that a service uses is the service's alone, and then its status file speaks.</summary>
internal static class JournalStatistics
{
    private static readonly string[] Tables = ["entries", "bodies", "events"];

    /// <summary>Writes them.</summary>
    public static string Write(string folder)
    {
        string path = Path.Combine(folder, JournalFile.FileName);
        return BundleJson.Write(json =>
        {
            if (StatusFile.Read(folder) is { } status)
            {
                json.WriteString("serviceReportedAt", status.At.UtcDateTime.ToString("u"));
                json.WriteNumber("latest", status.Latest);
                json.WriteNumber("pending", status.Pending);
                json.WriteNumber("dropped", status.Dropped);
            }

            if (!File.Exists(path))
            {
                json.WriteString("journal", $"There is none in {folder}.");
                return;
            }

            json.WriteNumber("bytes", new FileInfo(path).Length);
            try
            {
                using SqliteConnection connection = Open(path);
                json.WriteNumber("schema", connection.Scalar<long>("PRAGMA user_version"));
                foreach (string table in Tables.Where(table => connection.Scalar<long>("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $table", ("$table", table)) > 0))
                {
                    json.WriteNumber(table, connection.Scalar<long>($"SELECT COUNT(*) FROM {table}"));
                }

                json.WriteString("check", connection.Scalar<string>("PRAGMA integrity_check(1)"));
            }
            catch (SqliteException e)
            {
                json.WriteString("journal", e.SqliteErrorCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED ? "A running service uses it, and only that can read it." : $"It cannot be read: {e.Message}");
            }
        });
    }

    private static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 1 }.ToString());
        connection.Open();
        return connection;
    }
}
