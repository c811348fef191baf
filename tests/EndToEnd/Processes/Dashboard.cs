using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace TdxDash.EndToEnd.Processes;

/// <summary>The dashboard as a process on a data folder of its own.</summary>
internal sealed partial class Dashboard : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string[] _prefix;
    private RunningProcess _process;

    private Dashboard(string folder, string[] prefix, RunningProcess process, Uri address)
    {
        _folder = folder;
        _prefix = prefix;
        _process = process;
        Address = address;
        SignedIn.Know(address, this);
    }

    public Uri Address { get; }

    /// <summary>The data folder.</summary>
    public string Folder => _folder;

    public string Output => _process.Output;

    public bool HasExited => _process.HasExited;

    /// <summary>The memory that it has at hand (RSS), in bytes.</summary>
    public long Memory => _process.Memory;

    /// <summary>The most that it ever had at hand since its start, in bytes.</summary>
    public long PeakMemory => _process.PeakMemory;

    /// <summary>Starts on any free port and waits until it is ready.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="prefix">What stands before the command line, such as <c>env NAME=VALUE</c>.</param>
    /// <param name="urls">Where it listens; the first on 127.0.0.1 is <see cref="Address"/>.</param>
    /// <param name="options">More options, for this start alone.</param>
    public static async Task<Dashboard> StartAsync(string folder, string[]? prefix = null, string urls = "http://127.0.0.1:0", string[]? options = null)
    {
        await Enrolment.PrepareAsync(folder);
        RunningProcess process = Launch(folder, urls, [.. prefix ?? []], options ?? []);
        Match listening = await process.LineAsync(NowListening());
        var dashboard = new Dashboard(folder, prefix ?? [], process, new Uri(listening.Groups[1].Value));
        await dashboard.ReadyAsync();
        return dashboard;
    }

    public Task KillAsync() => _process.KillAsync();

    public Task<int> StopAsync() => _process.StopAsync();

    /// <summary>The first line, past or coming, that the pattern matches.</summary>
    public Task<Match> LineAsync(Regex pattern) => _process.LineAsync(pattern);

    /// <summary>Starts again on the same address and the same data.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = Launch(_folder, Address.GetLeftPart(UriPartial.Authority), _prefix);
        await _process.LineAsync(NowListening());
        await ReadyAsync();
    }

    /// <summary>What the database holds, in the order of host, boot and sequence.</summary>
    public async Task<IReadOnlyList<StoredSnapshot>> StoredAsync()
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        await using var database = new SqliteConnection(connection.ToString());
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand query = database.CreateCommand();
        query.CommandText =
            """
            SELECT h.host_id, s.boot_id, s.sequence, s.taken_at_us, s.revision
            FROM snapshots s JOIN hosts h ON h.id = s.host
            ORDER BY h.host_id, s.boot_id, s.sequence
            """;
        await using SqliteDataReader rows = await query.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var stored = new List<StoredSnapshot>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            stored.Add(new StoredSnapshot(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4)));
        }

        return stored;
    }

    /// <summary>The JSON of every observation that the database holds, in the order of the probe's numbers.</summary>
    public async Task<IReadOnlyList<string>> ObservationsAsync()
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        await using var database = new SqliteConnection(connection.ToString());
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT CAST(body AS TEXT) FROM events ORDER BY sequence";
        await using SqliteDataReader rows = await query.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var stored = new List<string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            stored.Add(rows.GetString(0));
        }

        return stored;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Starts the process and waits for nothing.</summary>
    public static RunningProcess Launch(string folder, string urls, string[] prefix, params string[] options) => RunningProcess.Start(
        [.. prefix, .. Product.Dashboard(), .. options, "--urls", urls, $"--TdxDash:DataFolder={folder}", .. urls.Contains(';', StringComparison.Ordinal) ? ["--TdxDash:AllowRemote=true"] : Array.Empty<string>()]);

    private async Task ReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.HoldsAsync("GET /healthz answers 200", async () =>
        {
            using HttpResponseMessage answer = await client.GetAsync("/healthz", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        });
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex NowListening();
}

/// <summary>One row of the table of snapshots.</summary>
/// <param name="HostId">The host's identity.</param>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="Sequence">The probe's own number for it.</param>
/// <param name="TakenAt">The host's clock when it was taken, in microseconds since 1970.</param>
/// <param name="Revision">The store's number for it.</param>
internal sealed record StoredSnapshot(string HostId, string BootId, long Sequence, long TakenAt, long Revision);
