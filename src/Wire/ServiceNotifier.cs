using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TdxDash.Wire;

/// <summary>Tells systemd how the service is doing (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names. Without one it tells nobody.</summary>
/// <param name="socket">The value of NOTIFY_SOCKET; null or empty for none.</param>
/// <param name="watchdog">How often systemd wants to hear something; null for never.</param>
public sealed class ServiceNotifier(string? socket, TimeSpan? watchdog)
{
    /// <summary>How often systemd wants to hear something; null for never.</summary>
    public TimeSpan? Watchdog => watchdog;

    /// <summary>As this process was started.</summary>
    public static ServiceNotifier OfProcess() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        WatchdogOf(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), Environment.ProcessId));

    /// <summary>The service is up.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The service works.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>The service is about to end.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>The watchdog that the environment asks of a process (sd_watchdog_enabled(3)).</summary>
    /// <param name="microseconds">WATCHDOG_USEC.</param>
    /// <param name="pid">WATCHDOG_PID.</param>
    /// <param name="ownPid">The process.</param>
    public static TimeSpan? WatchdogOf(string? microseconds, string? pid, int ownPid) =>
        (string.IsNullOrEmpty(pid) || pid == ownPid.ToString(CultureInfo.InvariantCulture))
        && long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0
            ? TimeSpan.FromMicroseconds(value)
            : null;

    private void Send(string state)
    {
        if (string.IsNullOrEmpty(socket))
        {
            return;
        }

        try
        {
            using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // An @ stands for the abstract namespace.
            sender.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket));
        }
        catch (SocketException)
        {
            // Whoever does not listen is not told: systemd then does what the unit says of a silent service.
        }
    }
}
