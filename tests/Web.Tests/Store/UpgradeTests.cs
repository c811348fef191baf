using Dapper;
using DbUp.Engine;
using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Store;

/// <summary>From every schema that was ever released to the present one, with data in it.</summary>
public sealed class UpgradeTests : IDisposable
{
    private const int Hosts = 3, Sequences = 4;

    private static readonly SqlScript[] Scripts =
    [
        .. Directory.EnumerateFiles(Path.Combine(TdxDash.Testing.Repository.Root, "src", "Web", "Store", "Migrations"), "*.sql").Order(StringComparer.Ordinal)
            .Select(file => new SqlScript(Path.GetFileName(file), File.ReadAllText(file))),
    ];

    private readonly TempFolder _folder = new();

    public static TheoryData<int> Released => [.. Enumerable.Range(1, StoreSchema.Current.Version - 1)];

    private StorePath Store => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Released))]
    public async Task Prepare_ReleasedSchema_KeepsEveryHostAndSnapshot(int schema)
    {
        new StoreSchema(Scripts[..schema]).Prepare(Store, TimeProvider.System);
        (string, long, string)[] before = Fill();

        string backup = StoreSchema.Current.Prepare(Store, TimeProvider.System)!;

        Assert.EndsWith(".bak", backup, StringComparison.Ordinal);
        Assert.Contains($".schema-{schema}-", backup, StringComparison.Ordinal);
        Assert.Equal(before, Snapshots(Store.File));
        Assert.Equal(before, Snapshots(backup));
        IntegrityFindings found = await new IntegrityCheck(Store).RunAsync(gently: false, TestContext.Current.CancellationToken);
        Store.CloseReaders();
        Assert.Equal((0, 0, (long)before.Length), (found.Structure.Count, found.Bodies.Count, found.Checked));
    }

    [Fact]
    public async Task Start_OldestSchema_ShowsItsHosts()
    {
        new StoreSchema(Scripts[..1]).Prepare(Store, TimeProvider.System);
        Fill();

        await using Dashboard dashboard = await Dashboard.StartAsync(_folder);

        Assert.Equal(["host-1 6.16.4", "host-2 6.16.4", "host-3 6.16.4"], dashboard.Fleet.Hosts.Select(host => host.Summary.Name).Order(StringComparer.Ordinal));
    }

    // A kill between two steps leaves a whole, older schema, from which the next start goes on.
    [Theory]
    [MemberData(nameof(Released))]
    public void Prepare_UpgradeThatWasCutOffBehindAStep_EndsAsANewDatabaseDoes(int step)
    {
        new StoreSchema(Scripts[..1]).Prepare(Store, TimeProvider.System);
        Fill();
        new StoreSchema(Scripts[..step]).Prepare(Store, TimeProvider.System);

        StoreSchema.Current.Prepare(Store, TimeProvider.System);

        using var fresh = new TempFolder();
        StoreSchema.Current.Prepare(new StorePath(fresh.Path), TimeProvider.System);
        Assert.Equal(Schema(new StorePath(fresh.Path)), Schema(Store));
    }

    private static string[] Schema(StorePath path)
    {
        using SqliteConnection connection = path.OpenPlain();
        return [.. connection.Query<string>("SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name")];
    }

    private static (string HostId, long Sequence, string Hash)[] Snapshots(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return [.. connection.Query<(string, long, string)>("SELECT h.host_id, s.sequence, s.hash FROM snapshots s JOIN hosts h ON h.id = s.host ORDER BY 1, 2")];
    }

    // Columns of schema 1 alone: later ones have defaults.
    private (string, long, string)[] Fill()
    {
        using (SqliteConnection connection = Store.OpenPlain())
        {
            for (int host = 1; host <= Hosts; host++)
            {
                connection.Execute("INSERT INTO hosts (id, host_id, name, origin, probe_version, first_seen_us, last_seen_us) VALUES (@host, @id, @name, 'Demo', '0.1.0', 100, 400)",
                    new { host, id = $"aaaaaaaa-0000-0000-0000-{host:D12}", name = $"host-{host}" });
                for (int sequence = 1; sequence <= Sequences; sequence++)
                {
                    byte[] canonical = SnapshotCodec.Write(SmallSnapshot.Make($"6.16.{sequence}", $"host-{host}"));
                    string hash = SnapshotHash.Of(canonical).ToString();
                    connection.Execute("INSERT INTO bodies (hash, schema, raw_bytes, body) VALUES (@hash, @schema, @length, @body)",
                        new { hash, schema = Snapshot.CurrentSchema, length = canonical.Length, body = BodyCodec.Compress(canonical) });
                    connection.Execute("INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us) VALUES (@host, 'b', @sequence, @hash, @sequence, @sequence * 100)",
                        new { host, sequence, hash });
                }
            }
        }

        return Snapshots(Store.File);
    }
}
