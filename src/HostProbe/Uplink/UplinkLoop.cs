using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Journal;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>What the uplink works with.</summary>
/// <param name="Journal">The entries.</param>
/// <param name="Identity">Who this probe speaks for.</param>
/// <param name="Credentials">What it shows the dashboard, and which one that is.</param>
/// <param name="Timing">The times.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The log.</param>
/// <param name="Wake">Set when an entry was appended or the connection was lost.</param>
/// <param name="Events">The observations.</param>
internal sealed record UplinkContext(
    JournalEntries Journal, HostIdentity Identity, Credentials Credentials, UplinkTiming Timing, TimeProvider Time, ProbeLog Log, WakeSignal Wake, JournalEvents Events)
{
    /// <summary>Keeps the journal within its bounds.</summary>
    public required JournalThinning Thinning { get; init; }

    /// <summary>Re-initialises the emulated module of a demo machine; null where the dashboard may not ask for it.</summary>
    public Func<ReinitRequest, ReinitReply>? Perform { get; init; }
}

/// <summary>Keeps a connection to the dashboard, for ever: connect, say hello, hold a session, and again.</summary>
internal sealed class UplinkLoop(UplinkContext context)
{
    private readonly RetryDelays _delays = context.Timing.Delays();

    /// <summary>Runs until cancelled. A dashboard that is away, refuses or misbehaves is logged and tried again.</summary>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var calls = new CancellationTokenSource(Timeout.InfiniteTimeSpan, context.Time);
        using CancellationTokenRegistration grace = cancellation.Register(() => calls.CancelAfter(context.Timing.Grace));
        while (!cancellation.IsCancellationRequested)
        {
            (DateTime, DateTime) before = context.Credentials.Stamp();
            TimeSpan pause = await ConnectAsync(calls.Token, cancellation);
            await PauseAsync(pause, before, cancellation);
        }
    }

    // An enrolment, or another key, is not waited for until the pause is over.
    private async Task PauseAsync(TimeSpan pause, (DateTime, DateTime) before, CancellationToken cancellation)
    {
        for (TimeSpan left = pause; left > TimeSpan.Zero && !cancellation.IsCancellationRequested && context.Credentials.Stamp() == before; left -= context.Timing.Look)
        {
            await Task.Delay(left < context.Timing.Look ? left : context.Timing.Look, context.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<TimeSpan> ConnectAsync(CancellationToken calls, CancellationToken cancellation)
    {
        string address = "the dashboard";
        try
        {
            (ProbeIdentity? identity, DashboardLink link, string missing) = context.Credentials.Find();
            address = link.Address.ToString();
            if (identity is not null)
            {
                return await ConnectAsync(identity, link, calls, cancellation);
            }

            context.Log.WriteState($"{missing} (an administrator makes tokens on the dashboard's page Probes). Snapshots wait in the journal.");
            return context.Timing.Refused;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            context.Log.Write("Stopped while waiting for the dashboard; what it did not acknowledge stays in the journal.");
        }
        catch (JournalException e) when (!e.Damaged)
        {
            context.Log.WriteState($"Delivery waits for the journal: {e.Message}");
        }
        catch (Exception e) when (e is not JournalException)
        {
            // The edge of the background loop: whatever goes wrong between here and the dashboard is said and tried again.
            context.Log.WriteState($"No connection to {address}; snapshots wait in the journal: {e.Message}");
        }

        return _delays.Next();
    }

    private async Task<TimeSpan> ConnectAsync(ProbeIdentity identity, DashboardLink link, CancellationToken calls, CancellationToken cancellation)
    {
        try
        {
            await using UplinkConnection connection = await UplinkConnection.OpenAsync(link, identity, context.Timing, context.Time, context.Wake, cancellation, context.Perform);
            context.Credentials.Settle(identity);
            HelloReply hello = await connection.HelloAsync(
                context.Identity.Hello(), wait => context.Log.WriteState($"The dashboard at {link.Address} has no room for this probe yet: {wait.Reason}"), cancellation);
            if (!hello.Accepted)
            {
                context.Log.WriteState($"The dashboard at {link.Address} refuses this probe: {hello.Reason}");
                return context.Timing.Refused;
            }

            context.Log.WriteState($"Connected to {link.Address}.");
            await new UplinkSession(connection, context, _delays.Reset).RunAsync(calls, cancellation);
            if (connection.IsLost)
            {
                context.Log.WriteState($"The connection to {link.Address} was lost: {connection.Loss}");
            }
        }
        catch (SignInRefusedException e) when (e.Reason != ProbeContract.OldChallenge && !context.Credentials.TakeOther())
        {
            context.Log.WriteState(e.Advice(link, context.Credentials.Folder));
            return context.Timing.Refused;
        }
        catch (SignInRefusedException)
        {
            // The next try is another key's, or that of a new challenge.
        }

        return _delays.Next();
    }
}
