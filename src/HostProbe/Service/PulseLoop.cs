using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Service;

/// <summary>Says from time to time that the service works, to systemd and in the status file. While one snapshot takes longer than it ever should, it says nothing: the watchdog then restarts the service.</summary>
/// <param name="uplink">What the uplink works with.</param>
/// <param name="folder">The state folder.</param>
/// <param name="takes">For how long the present snapshot has been taken; null when none is.</param>
/// <param name="notifier">Tells systemd.</param>
internal sealed class PulseLoop(UplinkContext uplink, string folder, Func<TimeSpan?> takes, ServiceNotifier notifier)
{
    /// <summary>A snapshot that takes longer hangs.</summary>
    public static readonly TimeSpan Hangs = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    private TimeSpan Period => notifier.Watchdog is { } watchdog && watchdog / 2 < Usual ? watchdog / 2 : Usual;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        notifier.Ready();
        try
        {
            using var timer = new PeriodicTimer(Period, uplink.Time);
            Beat();
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                Beat();
                // What a snapshot is being taken with is no measure of what is left afterwards.
                if (takes() is null)
                {
                    SpareMemory.GiveBack();
                }
            }
        }
        catch (OperationCanceledException)
        {
            notifier.Stopping();
        }
    }

    /// <summary>Says it once.</summary>
    internal void Beat()
    {
        if (takes() > Hangs)
        {
            uplink.Log.WriteState($"A snapshot has been taken for more than {Hangs.TotalMinutes} minutes: a file of the host does not answer.");
            return;
        }

        notifier.Alive();
        try
        {
            StatusFile.Write(folder, new ServiceStatus(uplink.Time.GetUtcNow(), ProbeVersion.Text, uplink.Journal.Latest(), uplink.Journal.CountPending(), uplink.Thinning?.Dropped() ?? 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            uplink.Log.WriteState($"The status file in {folder} cannot be written: {e.Message}");
        }
    }
}
