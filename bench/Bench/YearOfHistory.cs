using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;

namespace TdxDash.Bench;

/// <summary>A database with a made-up year of a fleet, always the same one. Bodies are noise of a realistic size: no question of the history opens one.</summary>
internal sealed class YearOfHistory : IDisposable
{
    public static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset End = Start.AddYears(1);

    private static readonly string[] Versions = ["1.5.05", "1.5.06", "1.5.08", "1.5.16", "1.5.24"];

    private readonly string _folder;

    private YearOfHistory(string folder)
    {
        _folder = folder;
        Path = new StorePath(folder);
    }

    public StorePath Path { get; }

    public static string HostId(int host) => $"aaaaaaaa-0000-0000-0000-{host.ToString("D12", CultureInfo.InvariantCulture)}";

    public static YearOfHistory Make(int hosts, int snapshotsEach, int bodyBytes)
    {
        var year = new YearOfHistory(Directory.CreateTempSubdirectory("tdxdash-bench-").FullName);
        StoreSchema.Current.Prepare(year.Path, TimeProvider.System);
        using SqliteConnection connection = year.Path.OpenWriter();
        connection.Execute("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF");
        var random = new Random(1);
        var texts = new TextPool();
        // Rows of hosts are interleaved by time, as they come in life: a host's rows are spread over the whole file.
        for (int round = 0; round < snapshotsEach; round++)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand insert = Prepare(connection, transaction);
            for (int host = 0; host < hosts; host++)
            {
                Insert(insert, random, host, round, snapshotsEach, bodyBytes, text => texts.IdOf(connection, transaction, text));
            }

            transaction.Commit();
        }

        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return year;
    }

    public void Dispose()
    {
        Path.CloseReaders();
        Directory.Delete(_folder, recursive: true);
    }

    private static SqliteCommand Prepare(SqliteConnection connection, SqliteTransaction transaction)
    {
        SqliteCommand insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = """
            INSERT OR IGNORE INTO hosts (id, host_id, name, origin, probe_version, first_seen_us, last_seen_us) VALUES (@host, @hostId, @name, 'Demo', '0.1.0', @received, @received);
            INSERT INTO bodies (hash, schema, raw_bytes, body) VALUES (@hash, 2, 8000, randomblob(@bytes));
            INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us, until_us, digest, compared, base, changed, kinds, headline)
            VALUES (@host, @boot, @sequence, @hash, @received, @received, @until, @digest, 1, null, @changed, @kinds, 'kernel 6.16.0 → 6.17.0, memory: 3 changes');
            """;
        foreach (string name in (string[])["host", "hostId", "name", "received", "until", "hash", "bytes", "boot", "sequence", "digest", "changed", "kinds"])
        {
            insert.Parameters.Add(new SqliteParameter("@" + name, null));
        }

        return insert;
    }

    private static void Insert(SqliteCommand insert, Random random, int host, int round, int rounds, int bodyBytes, Func<string, long> idOf)
    {
        long step = (End - Start).Ticks / TimeSpan.TicksPerMicrosecond / rounds;
        long offset = host * 60_000_000L % step;
        long received = UnixTime.ToMicroseconds(Start) + (round * step) + offset;
        bool isUpdate = round % 13 == 6;
        (string Name, object Value)[] values =
        [
            ("host", host + 1), ("hostId", HostId(host)), ("name", $"rack{host / 40}-n{host % 40:D2}"), ("received", received),
            ("until", round == rounds - 1 ? long.MaxValue : received + step), ("hash", Convert.ToHexStringLower(Bytes(random, 32))), ("bytes", bodyBytes),
            ("boot", new Guid(Bytes(random, 16)).ToString()), ("sequence", round + 1), ("digest", DigestCodec.Write(Digest(host, round), idOf)), ("changed", random.Next(1, 40)),
            ("kinds", (int)(round == 0 ? ChangeKinds.First : isUpdate ? ChangeKinds.Module | ChangeKinds.Boot | ChangeKinds.Attributes : ChangeKinds.Kernel | ChangeKinds.Attributes)),
        ];
        foreach ((string name, object value) in values)
        {
            insert.Parameters["@" + name].Value = value;
        }

        insert.ExecuteNonQuery();
    }

    private static HostDigest Digest(int host, int round)
    {
        HostDigest digest = Model;
        var version = Reading.Known(ModuleVersion.TryParse(Versions[Math.Min((round + (host % 20)) / 13, Versions.Length - 1)], out ModuleVersion parsed) ? parsed : default, Provenance.Read, "TDH.SYS.RDALL");
        return digest with
        {
            Summary = digest.Summary with
            {
                Name = $"rack{host / 40}-n{host % 40:D2}",
                Version = version,
                Pamt = Reading.Known(new ByteSize((ulong)(host + round) << 20), Provenance.Kernel, "kernel log"),
            },
        };
    }

    private static HostDigest Model { get; } = HostDigest.From(TestSnapshots.WorkingHost());

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
