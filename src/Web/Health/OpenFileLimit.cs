using System.Globalization;
using TdxDash.Web.Live;

namespace TdxDash.Web.Health;

/// <summary>Warns at the start where the process may not open as many files as its probes need: each of their connections is one.</summary>
internal sealed partial class OpenFileLimit(FleetView fleet, ILogger<OpenFileLimit> log) : IHostedService
{
    /// <summary>Files that the dashboard opens beside its probes' connections: pages, the database, the runtime's own.</summary>
    public const int Besides = 512;

    private const string Source = "/proc/self/limits", Row = "Max open files";

    /// <summary>How many files a dashboard with so many hosts may need at once.</summary>
    public static long Needed(int hosts) => hosts + (long)Besides;

    /// <summary>The soft limit in the text of <c>/proc/PID/limits</c> (proc_pid_limits(5)).</summary>
    /// <returns>Null where there is none, which is so without a limit too.</returns>
    public static long? Parse(string text) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) is { } line
        && line[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
        && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit)
            ? limit
            : null;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Source))
        {
            Warn(Parse(File.ReadAllText(Source)), fleet.Hosts.Count);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says so where the limit is too low.</summary>
    internal void Warn(long? limit, int hosts)
    {
        if (limit is { } files && files < Needed(hosts))
        {
            TooLow(log, files, hosts, Needed(hosts));
        }
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Warning, Message = "The limit of open files (RLIMIT_NOFILE) is {Limit}, and {Hosts} hosts need up to {Needed}: beyond it probes and pages cannot connect. "
        + "Raise it: LimitNOFILE= in the systemd unit, 'ulimit -n' in the shell that starts the dashboard, or 'ulimits: nofile' of a container.")]
    private static partial void TooLow(ILogger log, long limit, int hosts, long needed);
}
