using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using TdxDash.EndToEnd.Processes;
using TdxDash.FleetSimulator.Probes;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Faults.Support;

/// <summary>A probe without a host: the course that it shares with the fleet simulator's, made-up snapshots, and a journal in memory. A thousand of them run in one process.</summary>
internal sealed class SimulatedProbe : ProbeLoop
{
    private const int BallastLine = 1_000;

    private readonly Uri _dashboard;
    private readonly AckLedger _ledger;
    private readonly ConcurrentQueue<SnapshotEnvelope> _waiting = new();
    private readonly ConcurrentQueue<ObservationBatch> _seen = new();
    private readonly Lock _taking = new();
    private ProbeIdentity? _identity;
    private long _sequence;
    private long _events;
    private bool _isQuiet;

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
    public int PutsOff { get; private set; }

    /// <summary>Why, the last time.</summary>
    public string Reason { get; private set; } = "";

    protected override DashboardLink Link => new(_dashboard, null);

    protected override ProbeIdentity Identity => _identity ??= new ProbeIdentity(ProbeScope.Demo, "", _dashboard, Enrolment.Realm, Enrolment.DemoKey, null);

    protected override ProbeHello Hello => new(ProbeContract.Version, HostId, Name, Origin.Demo, "simulated");

    protected override ProbeHeartbeat Heartbeat => new(SmallSnapshot.BootId, Taken);

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

        Wake.Set();
    }

    protected override SnapshotEnvelope? NextSnapshot() => _waiting.TryPeek(out SnapshotEnvelope? envelope) ? envelope : null;

    protected override ObservationBatch? NextObservations() => _seen.TryPeek(out ObservationBatch? batch) ? batch : null;

    protected override async Task DeliveredAsync(SnapshotEnvelope envelope, DeliveryOutcome outcome, TimeSpan took, CancellationToken stop)
    {
        Duplicates += outcome == DeliveryOutcome.Duplicate ? 1 : 0;
        _ledger.Note(new SnapshotKey(HostId, envelope.BootId, envelope.Sequence), envelope.Hash);
        _waiting.TryDequeue(out _);
        if (Pace is { } pace && !_isQuiet)
        {
            await Task.Delay(pace, stop);
            TakeUnlessQuiet();
        }
    }

    protected override void Observed(ObservationBatch batch, DeliveryOutcome outcome)
    {
        EventDuplicates += outcome == DeliveryOutcome.Duplicate ? 1 : 0;
        _ledger.NoteEvents(HostId, batch);
        _seen.TryDequeue(out _);
    }

    protected override void Accepted() => Hellos++;

    protected override void Lost(string reason) => Reason = reason;

    protected override void PutOff(string reason)
    {
        PutsOff++;
        Reason = reason;
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
}
