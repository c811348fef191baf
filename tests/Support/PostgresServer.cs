using System.Diagnostics;

namespace TdxDash.Testing;

/// <summary>A PostgreSQL server of Debian's package in a temporary folder, reached by a socket of the file system alone. It refuses to run as root, and so runs as its package's user there.</summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<PostgresServer> One = new(() =>
    {
        var server = new PostgresServer(isDurable: false);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    });

    private readonly string _tools = Tools();
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxdash-pg-").FullName;
    private readonly string _settings;

    /// <summary>Makes and starts one.</summary>
    /// <param name="isDurable">Whether commits wait for the disk, as with the server's own settings; most tests ask for nothing of it.</param>
    public PostgresServer(bool isDurable)
    {
        _settings = $"-c listen_addresses= -c unix_socket_directories={_folder} -c max_connections=400{(isDurable ? "" : " -c fsync=off -c full_page_writes=off -c shared_buffers=64MB")}";
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", ["postgres", _folder]);
        }

        Tool("initdb", "--pgdata", Data, "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");
        Start();
    }

    /// <summary>The one server of a test run, which is stopped with it.</summary>
    public static PostgresServer Shared => One.Value;

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The connection string of a database.</summary>
    public string Address(string database, string user = "postgres") => $"Host={_folder};Port=5432;Username={user};Database={database}";

    /// <summary>Starts it again.</summary>
    public void Start() => Tool("pg_ctl", "--pgdata", Data, "--log", Path.Combine(_folder, "log"), "--options", _settings, "--wait", "start");

    /// <summary>Stops it at once, without a word to its clients, as a crash does.</summary>
    public void Crash() => Tool("pg_ctl", "--pgdata", Data, "--mode=immediate", "--wait", "stop");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            {
                Crash();
            }

            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string Tools() => Directory.Exists("/usr/lib/postgresql")
        && Directory.EnumerateDirectories("/usr/lib/postgresql").Where(version => File.Exists(Path.Combine(version, "bin", "initdb"))).OrderByDescending(version => version, StringComparer.Ordinal).FirstOrDefault() is { } newest
        ? Path.Combine(newest, "bin")
        : throw new InvalidOperationException("PostgreSQL's server is not installed: apt-get install postgresql. ./test does it by itself.");

    private void Tool(string name, params string[] arguments)
    {
        string program = Path.Combine(_tools, name);
        if (Environment.IsPrivilegedProcess)
        {
            Run("runuser", ["-u", "postgres", "--", program, .. arguments]);
        }
        else
        {
            Run(program, arguments);
        }
    }

    private void Run(string program, IEnumerable<string> arguments)
    {
        // Its output goes nowhere: a server that inherited a pipe would keep it open.
        string line = string.Join(' ', arguments.Prepend(program).Select(part => $"'{part}'"));
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {line} >'{_folder}.out' 2>&1 </dev/null"]) { WorkingDirectory = "/" })!;
        bool hasEnded = process.WaitForExit(Patience);
        string said = File.Exists($"{_folder}.out") ? File.ReadAllText($"{_folder}.out") : "";
        File.Delete($"{_folder}.out");
        if (!hasEnded || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{line} {(hasEnded ? $"ended with {process.ExitCode}" : "did not end")}: {said}");
        }
    }
}
