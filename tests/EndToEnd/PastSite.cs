using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>The tests that look at what was.</summary>
[CollectionDefinition(Name)]
public sealed class PastTests : ICollectionFixture<PastSite>
{
    public const string Name = "past";
}

/// <summary>The tests that draw every page, which takes as long as all others of the past: they have a site of their own, and go beside them.</summary>
[CollectionDefinition(Name)]
public sealed class PastPictures : ICollectionFixture<PastSite>
{
    public const string Name = "past pictures";
}

/// <summary>A dashboard with a past: made-up hosts with a year of history, silent now; and a small machine that was watched while its memory changed
/// and another kernel was booted.</summary>
public sealed class PastSite : IAsyncLifetime
{
    /// <summary>How many hosts have a year of history.</summary>
    public const int OldHosts = 4;

    /// <summary>The name of the machine that changed.</summary>
    public const string ChangedName = "changing-host";

    private readonly TemporaryFolder _folder = new();
    private Dashboard? _dashboard;
    private RunningProcess? _probe;

    /// <summary>Where the dashboard is.</summary>
    public Uri Address => _dashboard!.Address;

    /// <summary>The identity of the machine that changed.</summary>
    public string ChangedId { get; private set; } = "";

    /// <summary>The revisions of its snapshots, first to last.</summary>
    public IReadOnlyList<long> ChangedRevisions { get; private set; } = [];

    /// <summary>The identity of a host with a year of history.</summary>
    /// <param name="number">From 1.</param>
    public static string OldId(int number) => string.Create(CultureInfo.InvariantCulture, $"de300000-7d00-4001-8000-{number:d12}");

    /// <summary>The name of a host with a year of history.</summary>
    /// <param name="number">From 1.</param>
    public static string OldName(int number) => string.Create(CultureInfo.InvariantCulture, $"demo-s01-r01-{number:00}");

    /// <summary>The address of a page.</summary>
    /// <param name="path">With its query.</param>
    public Uri At(string path) => new(Address, path);

    /// <summary>The history of a host.</summary>
    public Uri History(string hostId, string query = "") => At($"/hosts/{hostId}/history{query}");

    public async ValueTask InitializeAsync()
    {
        string data = _folder.Sub("dashboard");
        await using (var seeding = RunningProcess.Start([.. Product.DemoFleet(), "seed", data, OldHosts.ToString(CultureInfo.InvariantCulture)]))
        {
            Assert.True(await seeding.EndAsync() == 0, seeding.Output);
        }

        await LoseAsync(data);
        await Enrolment.AddToAsync(data);
        _dashboard = await Dashboard.StartAsync(data);
        var machine = new MachineTree(_folder.Sub("root"), ChangedName, gibibytes: 4);
        string state = _folder.Sub("probe");
        await using (RunningProcess first = Probe.Of(machine, Address, state))
        {
            await StoredAsync(1, first);
            machine.Resize(gibibytes: 9);
            await StoredAsync(2, first);
        }

        machine.Boot("6.17.0", number: 2);
        _probe = Probe.Of(machine, Address, state);
        await StoredAsync(3, _probe);
        machine.Resize(gibibytes: 7);
        await StoredAsync(4, _probe);
    }

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            await _probe.DisposeAsync();
        }

        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Waits for the script of the time line.</summary>
    internal static Task AttachedAsync(IPage page) => page.Locator(".line[data-attached]").WaitForAsync();

    // A fortnight in which one host was not heard of, the last days of it because the dashboard did not run.
    private static async Task LoseAsync(string data)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "tdxdash.db"), Pooling = false };
        await using var database = new SqliteConnection(connection.ToString());
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand change = database.CreateCommand();
        change.CommandText =
            """
            INSERT INTO silences (host, from_us, to_us) SELECT id, @now - 60 * @day, @now - 46 * @day FROM hosts WHERE host_id = @host;
            INSERT INTO pauses (from_us, to_us) VALUES (@now - 50 * @day, @now - 46 * @day);
            """;
        change.Parameters.AddWithValue("@now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000);
        change.Parameters.AddWithValue("@day", (long)TimeSpan.FromDays(1).TotalMicroseconds);
        change.Parameters.AddWithValue("@host", OldId(1));
        await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task StoredAsync(int count, RunningProcess probe)
    {
        await Eventually.HoldsAsync($"{count} snapshots of {ChangedName} are stored", async () =>
        {
            ILookup<string, StoredSnapshot> byHost = (await _dashboard!.StoredAsync()).Where(row => !row.HostId.StartsWith("de300000-", StringComparison.Ordinal)).ToLookup(row => row.HostId);
            ChangedId = byHost.FirstOrDefault()?.Key ?? "";
            ChangedRevisions = [.. byHost.SelectMany(rows => rows).Select(row => row.Revision).Order()];
            return byHost.SelectMany(rows => rows).Count() == count;
        }, () => $"{probe.Output}\n\n{_dashboard!.Output}");
    }
}
