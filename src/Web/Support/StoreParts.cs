using System.Data.Common;
using System.Text.Json;
using Dapper;
using TdxDash.Tdx.Support;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Support;

/// <summary>What a bundle says of the database: sizes, counts, schema, and what a check finds; no row of it.</summary>
internal static class StoreParts
{
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <summary>Gathers it.</summary>
    public static async Task<IReadOnlyList<BundleFile>> GatherAsync(StoreEngine store)
    {
        try
        {
            return
            [
                new("store.json", "Sizes of the database's files, and how many rows each table has", Statistics(store)),
                new("schema.sql", "The database's tables and indexes, without their rows", Schema(store)),
                new("hosts.json", "How many hosts there are, by what distinguishes them", Hosts(store)),
                new("integrity.json", "What a check of the whole database found", Integrity(await new IntegrityCheck(store).RunAsync(gently: false, CancellationToken.None))),
            ];
        }
        catch (DbException e)
        {
            return [new BundleFile("store.txt", "Why there is nothing of the database", $"The database {store.Name} cannot be read: {e.Message}\n")];
        }
    }

    private static string Statistics(StoreEngine store)
    {
        using DbConnection connection = store.OpenReader();
        return BundleJson.Write(json =>
        {
            foreach ((string name, object value) in store.Facts(connection))
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value);
            }

            json.WriteStartObject("fileBytes");
            foreach (FileInfo file in FilesOf(store.Folder))
            {
                json.WriteNumber(file.Name, file.Length);
            }

            json.WriteEndObject();
            json.WriteStartObject("rows");
            foreach (string table in store.Tables(connection))
            {
                json.WriteNumber(table, connection.QuerySingle<long>($"SELECT count(*) FROM \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
            }

            json.WriteEndObject();
            foreach ((string name, string sql) in new[] { ("oldestSnapshot", "SELECT min(received_at_us) FROM snapshots"), ("newestSnapshot", "SELECT max(received_at_us) FROM snapshots") })
            {
                json.WriteString(name, connection.QuerySingle<long?>(sql) is { } at ? UnixTime.FromMicroseconds(at).UtcDateTime.ToString("u") : "none");
            }
        });
    }

    private static string Schema(StoreEngine store)
    {
        using DbConnection connection = store.OpenReader();
        return store.Describe(connection);
    }

    private static IEnumerable<FileInfo> FilesOf(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("tdxdash.*").OrderBy(file => file.Name, StringComparer.Ordinal) : [];

    private static string Hosts(StoreEngine store)
    {
        using DbConnection connection = store.OpenReader();
        long recent = UnixTime.ToMicroseconds(DateTimeOffset.UtcNow - Recent);
        return BundleJson.Write(json =>
        {
            json.WriteNumber("hosts", connection.QuerySingle<long>("SELECT count(*) FROM hosts"));
            json.WriteNumber("heardOfInFiveMinutes", connection.QuerySingle<long>("SELECT count(*) FROM hosts WHERE last_seen_us >= @recent", new { recent }));
            json.WriteNumber("mostSnapshotsOfOneHost", connection.QuerySingle<long?>("SELECT max(n) FROM (SELECT count(*) AS n FROM snapshots GROUP BY host) AS counts") ?? 0);
            foreach ((string name, string column) in new[] { ("byOrigin", "origin"), ("byProbeVersion", "probe_version") })
            {
                json.WriteStartObject(name);
                foreach ((string value, long count) in connection.Query<(string, long)>($"SELECT {column}, count(*) FROM hosts GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50"))
                {
                    json.WriteNumber(value, count);
                }

                json.WriteEndObject();
            }
        });
    }

    private static string Integrity(IntegrityFindings found) => BundleJson.Write(json =>
    {
        json.WriteBoolean("isSound", found.Structure.Count + found.Bodies.Count + found.Events == 0);
        json.WriteNumber("bodiesChecked", found.Checked);
        json.WriteNumber("eventsUnreadable", found.Events);
        foreach ((string name, IReadOnlyList<string> findings) in new[] { ("structure", found.Structure), ("bodies", found.Bodies) })
        {
            json.WriteStartArray(name);
            foreach (string finding in findings)
            {
                json.WriteStringValue(finding);
            }

            json.WriteEndArray();
        }
    });
}
