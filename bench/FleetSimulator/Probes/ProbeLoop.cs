using System.Diagnostics;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.FleetSimulator.Probes;

/// <summary>The course of a probe that has no host: the real probe's connection, delays and order of messages, and what it delivers is made up by who derives from it. The fleet simulator and
/// the tests of faults share it.</summary>
internal abstract class ProbeLoop
{
    private readonly Lock _cutting = new();
    private RetryDelays? _delays;
    private CancellationTokenSource? _session;
    private bool _isKnown;

    /// <summary>Whether a dashboard has accepted it and the connection stands; one that was cut does not, also before that is noticed.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_cutting)
            {
                return _session is { IsCancellationRequested: false };
            }
        }
    }

    /// <summary>Its times; those of a real probe unless they are changed.</summary>
    public UplinkTiming Timing { get; init; } = new();

    /// <summary>Ends the wait for something to deliver.</summary>
    protected WakeSignal Wake { get; } = new();

    /// <summary>The dashboard that the next connection goes to.</summary>
    protected abstract DashboardLink Link { get; }

    /// <summary>What it shows the dashboard.</summary>
    protected abstract ProbeIdentity Identity { get; }

    /// <summary>Who calls.</summary>
    protected abstract ProbeHello Hello { get; }

    /// <summary>The next sign of life.</summary>
    protected abstract ProbeHeartbeat Heartbeat { get; }

    private RetryDelays Delays => _delays ??= Timing.Delays();

    /// <summary>Cuts the connection, if there is one, whatever is on its way; the loop connects again as after any other loss.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Cut()
    {
        lock (_cutting)
        {
            _session?.Cancel();
            return _session is not null;
        }
    }

    /// <summary>Delivers until cancelled, and connects again whenever the connection is lost.</summary>
    /// <exception cref="RefusedException">The dashboard refused what it has to accept.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(stop);
            }
            // However a connection ends that is ended with the loop: it was not lost.
            catch (Exception e) when (stop.IsCancellationRequested && e is not RefusedException)
            {
                return;
            }
            // A dashboard that is away in whatever way is what this is for; what was not acknowledged comes again.
            catch (Exception e) when (e is not RefusedException)
            {
                Lost(e is OperationCanceledException ? "" : e.Message);
            }

            await Task.Delay(Delays.Next(), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The snapshot that is delivered next, until it is settled; null for none.</summary>
    protected abstract SnapshotEnvelope? NextSnapshot();

    /// <summary>The observations that are delivered next, until they are settled; null for none.</summary>
    protected abstract ObservationBatch? NextObservations();

    /// <summary>The dashboard stored a snapshot, or held it already.</summary>
    /// <param name="envelope">The snapshot.</param>
    /// <param name="outcome">Which of both.</param>
    /// <param name="took">From the call to its answer.</param>
    /// <param name="stop">Ends what is done about it.</param>
    protected abstract Task DeliveredAsync(SnapshotEnvelope envelope, DeliveryOutcome outcome, TimeSpan took, CancellationToken stop);

    /// <summary>The dashboard stored observations, or held them already.</summary>
    protected abstract void Observed(ObservationBatch batch, DeliveryOutcome outcome);

    /// <summary>The dashboard accepted the hello of a new connection.</summary>
    protected abstract void Accepted();

    /// <summary>The connection was lost, or could not be made.</summary>
    /// <param name="reason">Why; empty where it was cut on purpose.</param>
    protected abstract void Lost(string reason);

    /// <summary>The dashboard put a delivery off.</summary>
    protected abstract void PutOff(string reason);

    /// <summary>The dashboard answered a heartbeat.</summary>
    /// <param name="reply">Its answer.</param>
    /// <param name="took">From the call to the answer.</param>
    protected virtual void Beaten(DeliveryReply reply, TimeSpan took)
    {
    }

    private async Task ConnectAsync(CancellationToken stop)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using UplinkConnection connection = await UplinkConnection.OpenAsync(Link, Identity, Timing, TimeProvider.System, Wake, stop);
        HelloReply hello = await connection.HelloAsync(Hello, waits: null, stop);
        Require(hello.Accepted, hello.Reason);
        Follow(session);
        try
        {
            Accepted();
            await SessionAsync(connection, session.Token);
            session.Token.ThrowIfCancellationRequested();
            Lost(connection.Loss);
        }
        finally
        {
            Follow(null);
        }
    }

    // Nobody cuts a session that is over.
    private void Follow(CancellationTokenSource? session)
    {
        lock (_cutting)
        {
            _session = session;
        }
    }

    private async Task SessionAsync(UplinkConnection connection, CancellationToken stop)
    {
        long heartbeatAt = Stopwatch.GetTimestamp();
        bool isGreeted = false;
        while (!stop.IsCancellationRequested && !connection.IsLost)
        {
            // The first snapshot makes the host known, as with the real probe.
            if (_isKnown && NextObservations() is { } batch)
            {
                await ObserveAsync(connection, batch, stop);
                continue;
            }

            if (NextSnapshot() is { } envelope)
            {
                await DeliverAsync(connection, envelope, stop);
                continue;
            }

            if (!isGreeted || Stopwatch.GetElapsedTime(heartbeatAt) >= Timing.Heartbeat)
            {
                heartbeatAt = Stopwatch.GetTimestamp();
                DeliveryReply reply = await connection.HeartbeatAsync(Heartbeat, stop);
                isGreeted = true;
                Beaten(reply, Stopwatch.GetElapsedTime(heartbeatAt));
            }

            await Wake.WaitAsync(Timing.Heartbeat - Stopwatch.GetElapsedTime(heartbeatAt), TimeProvider.System, stop);
        }
    }

    private async Task DeliverAsync(UplinkConnection connection, SnapshotEnvelope envelope, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        DeliveryReply reply = await connection.DeliverAsync(envelope, stop);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        if (await IsPutOffAsync(reply, stop))
        {
            return;
        }

        Require(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        _isKnown = true;
        Delays.Reset();
        await DeliveredAsync(envelope, reply.Outcome, took, stop);
    }

    private async Task ObserveAsync(UplinkConnection connection, ObservationBatch batch, CancellationToken stop)
    {
        DeliveryReply reply = await connection.ObserveAsync(batch, stop);
        if (await IsPutOffAsync(reply, stop))
        {
            return;
        }

        Require(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        Delays.Reset();
        Observed(batch, reply.Outcome);
    }

    private async Task<bool> IsPutOffAsync(DeliveryReply reply, CancellationToken stop)
    {
        if (reply.Outcome != DeliveryOutcome.RetryLater)
        {
            return false;
        }

        PutOff(reply.Reason);
        TimeSpan own = Delays.Next(), asked = RetryDelays.After(reply.RetryAfterMilliseconds, Timing);
        await Task.Delay(own > asked ? own : asked, stop);
        return true;
    }

    private void Require(bool holds, string reason)
    {
        if (!holds)
        {
            throw new RefusedException($"The dashboard refused {Hello.HostName}: {reason}");
        }
    }
}
