using TdxDash.Web.Live;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Reads which hosts other nodes heard of, beside everything else that is read: what takes long elsewhere makes no host silent.</summary>
/// <param name="reader">Reads it.</param>
/// <param name="fleet">The fleet.</param>
/// <param name="horizon">Up to when it is known.</param>
/// <param name="clock">The time that all nodes share.</param>
/// <param name="time">This machine's.</param>
/// <param name="log">The log.</param>
internal sealed partial class SignFeed(NodeReader reader, FleetView fleet, SignHorizon horizon, NodeClock clock, TimeProvider time, ILogger<SignFeed> log) : BackgroundService
{
    /// <summary>How often it reads.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // What is saved is hardly older than what makes a host silent: more than enough for a commit that takes long and for clocks.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private long? _since;
    private bool _isFailing;

    /// <summary>Reads once.</summary>
    public void Look()
    {
        (long began, long now) = (time.GetTimestamp(), clock.Now);
        foreach ((string hostId, TimeSpan ago, long? dropped) in reader.SignsElsewhere((_since ?? now) - (long)Margin.TotalMicroseconds))
        {
            fleet.HeardElsewhere(hostId, ago, dropped);
        }

        _since = now;
        horizon.Read(began);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // A thread of its own: a server that does not answer must not take those that answer requests.
    private void Run(CancellationToken stopping)
    {
        while (!stopping.WaitHandle.WaitOne(Interval))
        {
            TryLook();
        }
    }

    private void TryLook()
    {
        try
        {
            Look();
            _isFailing = false;
        }
        // The edge of the loop: whatever failed, the next look has its chance, and no host is silent for it.
        catch (Exception e)
        {
            if (!_isFailing)
            {
                Failed(log, e);
            }

            _isFailing = true;
        }
    }

    [LoggerMessage(EventId = 512, Level = LogLevel.Warning, Message = "Which hosts other nodes hear of cannot be read; it is tried again and again, and hosts that they heard of last are not called silent meanwhile.")]
    private static partial void Failed(ILogger log, Exception exception);
}
