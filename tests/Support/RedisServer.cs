using System.Diagnostics;

namespace TdxDash.Testing;

/// <summary>A Redis server of Debian's package, which keeps nothing and is reached by a socket of the file system alone, with a password.</summary>
public sealed class RedisServer : IDisposable
{
    private const string Program = "/usr/bin/redis-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("tdxdash-redis-").FullName;
    private Process? _process;

    /// <summary>Makes and starts one.</summary>
    public RedisServer() => Start();

    /// <summary>The connection string.</summary>
    public string Address => $"!{Socket},password=redis-canary";

    private string Socket => Path.Combine(_folder, "redis.sock");

    /// <summary>Starts it again.</summary>
    public void Start()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("Redis is not installed: apt-get install redis-server. ./test does it by itself.");
        }

        _process = Process.Start(new ProcessStartInfo(Program, ["--port", "0", "--unixsocket", Socket, "--requirepass", "redis-canary", "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", _folder, "--logfile", Path.Combine(_folder, "log")]))!;
        try
        {
            if (!SpinWait.SpinUntil(() => _process.HasExited || File.Exists(Socket), Patience) || _process.HasExited)
            {
                throw new InvalidOperationException($"Redis did not start: {File.ReadAllText(Path.Combine(_folder, "log"))}");
            }
        }
        catch
        {
            // Nobody disposes of what was not made.
            Crash();
            throw;
        }
    }

    /// <summary>Stops it at once, as a crash does.</summary>
    public void Crash()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        File.Delete(Socket);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is not null)
        {
            Crash();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
