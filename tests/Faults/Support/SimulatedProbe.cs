using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using TdxDash.EndToEnd.Processes;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Faults.Support;

/// <summary>A probe without a host: the real probe's connection and delays, made-up snapshots, and a journal in memory. A thousand of them run in one process.</summary>
internal sealed class SimulatedProbe
{
    private const int BallastLine = 1_000;

    private readonly Uri _dashboard;
    private readonly AckLedger _ledger;
    private readonly ConcurrentQueue<SnapshotEnvelope> _waiting = new();
    private readonly ConcurrentQueue<ObservationBatch> _seen = new();
    private readonly WakeSignal _wake = new();
    private readonly Lock _taking = new();
    private ProbeIdentity? _identity;
    private RetryDelays? _delays;
    private long _sequence;
    private long _events;
    private bool _isKnown;
    private bool _isQuiet;
    private long _heartbeatAt;

    public SimulatedProbe(int number, Uri dashboard, AckLedger ledger)
    {
        _dashboard = dashboard;
        _ledger = ledger;
        HostId = IdOf(number);
        Name = string.Create(CultureInfo.InvariantCulture, $"sim-{number:d5}");
    }

    public string HostId { get; }

    public string Name { get; }

    /// <summary>After each acknowledgement it takes another snapshot, so much later; null for those that a test takes only.</summary>
    public TimeSpan? Pace { get; init; }

    /// <summary>Random bytes in every snapshot, which do not compress; in steps of a thousand.</summary>
    public int Ballast { get; init; }

    /// <summary>Whether the number of the snapshot is part of the host's name, so that a page shows it.</summary>
    public bool ShowsSequence { get; init; }

    /// <summary>Its times; those of a real probe unless a test changes them.</summary>
    public UplinkTiming Timing { get; init; } = new();

    /// <summary>With every so many snapshots it sends a batch of events too; 0 for never.</summary>
    public int EventsEvery { get; init; }

    /// <summary>Snapshots and batches of events that are not acknowledged yet.</summary>
    public int Waiting => _waiting.Count + _seen.Count;

    /// <summary>How many batches of events the dashboard held already when they came.</summary>
    public int EventDuplicates { get; private set; }

    /// <summary>The number of the snapshot that was taken last.</summary>
    public long Taken => Interlocked.Read(ref _sequence);

    /// <summary>How often it was accepted by the dashboard: once, and once after every loss.</summary>
    public int Hellos { get; private set; }

    /// <summary>How many snapshots the dashboard held already when they came.</summary>
    public int Duplicates { get; private set; }

    /// <summary>How often the dashboard put a snapshot off.</summary>
    public int PutOff { get; private set; }

    /// <summary>Why, the last time.</summary>
    public string Reason { get; private set; } = "";

    private ProbeIdentity Identity => _identity ??= new ProbeIdentity(ProbeScope.Demo, "", _dashboard, Enrolment.Realm, Enrolment.DemoKey, null);

    private RetryDelays Delays => _delays ??= Timing.Delays();

    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{DemoHosts.Prefix}fa17-8000-{number:d12}");

    /// <summary>Takes no more snapshots; those that wait are still delivered. After it, none comes.</summary>
    public void Quieten()
    {
        lock (_taking)
        {
            _isQuiet = true;
        }
    }

    /// <summary>Takes a snapshot that differs from all others.</summary>
    public void Take()
    {
        long sequence = Interlocked.Increment(ref _sequence);
        string number = sequence.ToString(CultureInfo.InvariantCulture);
        Snapshot snapshot = SmallSnapshot.Make($"6.16.{number}", ShowsSequence ? $"{Name} r{number}" : Name);
        if (Ballast > 0)
        {
            IReadOnlyList<string> lines = [.. Enumerable.Range(0, Ballast / BallastLine).Select(_ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(BallastLine)))];
            snapshot = snapshot with { Kernel = snapshot.Kernel with { LogLines = Reading.Known(lines, Provenance.Emulated, "test") } };
        }

        byte[] canonical = SnapshotCodec.Write(snapshot);
        long now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        _waiting.Enqueue(SmallSnapshot.Envelope(sequence, canonical) with { TakenAtUnixMicroseconds = now });
        if (EventsEvery > 0 && sequence % EventsEvery == 0)
        {
            _seen.Enqueue(Observe());
        }

        _wake.Set();
    }

    /// <summary>Delivers until cancelled, and connects again whenever the connection is lost.</summary>
    /// <exception cref="InvalidOperationException">The dashboard refused what it has to accept.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using UplinkConnection connection = await UplinkConnection.OpenAsync(new DashboardLink(_dashboard, null), Identity, Timing, TimeProvider.System, _wake, stop);
                HelloReply hello = await connection.HelloAsync(new ProbeHello(ProbeContract.Version, HostId, Name, Origin.Demo, "simulated"), waits: null, stop);
                Require(hello.Accepted, hello.Reason);
                Hellos++;
                await SessionAsync(connection, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            // A dashboard that is away in whatever way is what these tests are about; what was not acknowledged comes again.
            catch (Exception e) when (e is not RefusedException)
            {
                Reason = e.Message;
            }

            await Task.Delay(Delays.Next(), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SessionAsync(UplinkConnection connection, CancellationToken stop)
    {
        _heartbeatAt = Environment.TickCount64;
        while (!stop.IsCancellationRequested && !connection.IsLost)
        {
            // The first snapshot makes the host known, as with the real probe.
            if (_isKnown && _seen.TryPeek(out ObservationBatch? batch))
            {
                await ObserveAsync(connection, batch, stop);
                continue;
            }

            if (_waiting.TryPeek(out SnapshotEnvelope? envelope))
            {
                await DeliverAsync(connection, envelope, stop);
                continue;
            }

            TimeSpan left = Timing.Heartbeat - TimeSpan.FromMilliseconds(Environment.TickCount64 - _heartbeatAt);
            if (left <= TimeSpan.Zero)
            {
                await connection.HeartbeatAsync(new ProbeHeartbeat(SmallSnapshot.BootId, Interlocked.Read(ref _sequence)), stop);
                _heartbeatAt = Environment.TickCount64;
            }

            await _wake.WaitAsync(left, TimeProvider.System, stop);
        }
    }

    private async Task DeliverAsync(UplinkConnection connection, SnapshotEnvelope envelope, CancellationToken stop)
    {
        DeliveryReply reply = await connection.DeliverAsync(envelope, stop);
        if (await IsPutOffAsync(reply, stop))
        {
            return;
        }

        Require(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        _isKnown = true;
        Duplicates += reply.Outcome == DeliveryOutcome.Duplicate ? 1 : 0;
        _ledger.Note(new SnapshotKey(HostId, envelope.BootId, envelope.Sequence), envelope.Hash);
        _waiting.TryDequeue(out _);
        Delays.Reset();
        if (Pace is { } pace && !_isQuiet)
        {
            await Task.Delay(pace, stop);
            TakeUnlessQuiet();
        }
    }

    private async Task ObserveAsync(UplinkConnection connection, ObservationBatch batch, CancellationToken stop)
    {
        DeliveryReply reply = await connection.ObserveAsync(batch, stop);
        if (await IsPutOffAsync(reply, stop))
        {
            return;
        }

        Require(reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate, reply.Reason);
        EventDuplicates += reply.Outcome == DeliveryOutcome.Duplicate ? 1 : 0;
        _ledger.NoteEvents(HostId, batch);
        _seen.TryDequeue(out _);
        Delays.Reset();
    }

    private async Task<bool> IsPutOffAsync(DeliveryReply reply, CancellationToken stop)
    {
        if (reply.Outcome != DeliveryOutcome.RetryLater)
        {
            return false;
        }

        PutOff++;
        Reason = reply.Reason;
        TimeSpan own = Delays.Next(), asked = RetryDelays.After(reply.RetryAfterMilliseconds, Timing);
        await Task.Delay(own > asked ? own : asked, stop);
        return true;
    }

    private ObservationBatch Observe()
    {
        const int events = 3;
        return new ObservationBatch(SmallSnapshot.BootId, [.. Enumerable.Range(0, events).Select(_ =>
        {
            long number = Interlocked.Increment(ref _events);
            return new WireObservation(number, new ReinitObservation(DateTimeOffset.UtcNow, Provenance.Emulated, "test")
            {
                KernelLine = string.Create(CultureInfo.InvariantCulture, $"virt/tdx: {Name} event {number}"),
            });
        })]);
    }

    private void TakeUnlessQuiet()
    {
        lock (_taking)
        {
            if (!_isQuiet)
            {
                Take();
            }
        }
    }

    private void Require(bool holds, string reason)
    {
        if (!holds)
        {
            throw new RefusedException($"The dashboard refused {Name}: {reason}");
        }
    }

    private sealed class RefusedException(string message) : Exception(message);
}
