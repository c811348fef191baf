using System.Diagnostics;
using TdxDash.DemoFleet;
using TdxDash.FleetSimulator.Probes;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.FleetSimulator;

/// <summary>One simulated host of the fleet.</summary>
/// <param name="host">The host.</param>
/// <param name="story">Its snapshots.</param>
/// <param name="gates">The dashboards and what is shown them.</param>
/// <param name="log">Counts what happens.</param>
internal sealed class FleetProbe(DemoHost host, HostStory story, FleetGates gates, FleetLog log) : ProbeLoop
{
    private const string ProbeVersion = "simulated";

    private readonly Lock _gate = new();
    private readonly Queue<SnapshotEnvelope> _prepared = [];
    private readonly List<SnapshotEnvelope> _waiting = [];
    private readonly Queue<ObservationBatch> _seen = [];
    private long _acknowledged, _observed, _lostAt;
    private long _repeats;
    private int _dashboard = host.Number, _connections;
    private bool _isTurned;
    private bool _wasConnected;

    /// <summary>Whether it has something to deliver when it is back after a loss.</summary>
    public bool HasNews { get; init; }

    /// <summary>How often a dashboard accepted it.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Snapshots and batches of observations that are not acknowledged yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _seen.Count;
            }
        }
    }

    /// <summary>The boot that it is in.</summary>
    public string BootId { get; private set; } = "";

    protected override DashboardLink Link => gates.Link(_dashboard);

    protected override ProbeIdentity Identity => gates.Identity;

    protected override ProbeHello Hello => new(ProbeContract.Version, host.Id, host.Name, Origin.Demo, ProbeVersion);

    // What is acknowledged, not what was taken: an answer that it is not there is then a loss.
    protected override ProbeHeartbeat Heartbeat => new(BootId, Interlocked.Read(ref _acknowledged));

    /// <summary>Makes snapshots ahead.</summary>
    public void Prepare(int count)
    {
        for (; count > 0; count--)
        {
            _prepared.Enqueue(story.Next());
        }
    }

    /// <summary>Takes a snapshot.</summary>
    public void Take()
    {
        lock (_gate)
        {
            TakeOne();
        }

        Wake.Set();
    }

    /// <summary>Takes a snapshot and delivers it twice.</summary>
    public void TakeAndRepeat()
    {
        lock (_gate)
        {
            // One at a time, so that each that is counted is sent twice.
            if (_repeats == 0)
            {
                _repeats = TakeOne();
                log.Now.CountRepeated();
            }
        }

        Wake.Set();
    }

    /// <summary>Takes two snapshots and delivers the later one first.</summary>
    public void TakeAndTurn()
    {
        lock (_gate)
        {
            TakeOne();
            TakeOne();
            _isTurned = true;
            log.Now.CountReordered();
        }

        Wake.Set();
    }

    /// <summary>Sees something of its module.</summary>
    public void See(IReadOnlyList<ReinitObservation> observations)
    {
        lock (_gate)
        {
            foreach (ReinitObservation[] batch in observations.Chunk(ObservationBatch.MaxObservations))
            {
                _seen.Enqueue(new ObservationBatch(BootId, [.. batch.Select(seen => new WireObservation(log.FirstObservation + ++_observed, seen))]));
            }
        }

        Wake.Set();
    }

    protected override SnapshotEnvelope? NextSnapshot()
    {
        lock (_gate)
        {
            return _waiting.Count == 0 ? null : _isTurned ? _waiting[^1] : _waiting[0];
        }
    }

    protected override ObservationBatch? NextObservations()
    {
        lock (_gate)
        {
            return _seen.TryPeek(out ObservationBatch? batch) ? batch : null;
        }
    }

    protected override Task DeliveredAsync(SnapshotEnvelope envelope, DeliveryOutcome outcome, TimeSpan took, CancellationToken stop)
    {
        log.Now.Deliveries.Add(took);
        log.Now.CountAnswer(outcome == DeliveryOutcome.Duplicate);
        lock (_gate)
        {
            _isTurned = false;
            if (_repeats == envelope.Sequence)
            {
                _repeats = 0;
                return Task.CompletedTask;
            }

            // Before it is removed: whoever sees nothing waiting finds everything counted.
            log.Now.CountAcknowledged();
            _waiting.Remove(envelope);
            Interlocked.Exchange(ref _acknowledged, Math.Max(_acknowledged, envelope.Sequence));
        }

        return Task.CompletedTask;
    }

    protected override void Observed(ObservationBatch batch, DeliveryOutcome outcome)
    {
        lock (_gate)
        {
            log.Now.CountObservations(batch.Observations.Count);
            _seen.Dequeue();
        }
    }

    protected override void Accepted()
    {
        Interlocked.Increment(ref _connections);
        _wasConnected = true;
        if (_lostAt != 0)
        {
            log.Now.Reconnects.Add(Stopwatch.GetElapsedTime(_lostAt));
            _lostAt = 0;
        }
    }

    protected override void Lost(string reason)
    {
        // Tries that fail after a loss prolong it; tries before the first connection are none.
        _lostAt = _wasConnected ? Stopwatch.GetTimestamp() : _lostAt;
        if (_wasConnected && HasNews)
        {
            Take();
            See([new ReinitObservation(DateTimeOffset.UtcNow, Provenance.Emulated, ProbeVersion) { KernelLine = $"virt/tdx: {host.Name} lost its dashboard" }]);
        }

        _wasConnected = false;
        if (reason.Length > 0)
        {
            _dashboard++;
            log.Now.CountLoss(reason);
        }
    }

    protected override void PutOff(string reason) => log.Now.CountPutOff(reason);

    protected override void Beaten(DeliveryReply reply, TimeSpan took)
    {
        log.Now.Heartbeats.Add(took);
        if (reply.Outcome != DeliveryOutcome.Stored)
        {
            log.Now.CountMissing();
        }
    }

    private long TakeOne()
    {
        SnapshotEnvelope envelope = (_prepared.TryDequeue(out SnapshotEnvelope? ready) ? ready : story.Next()) with { TakenAtUnixMicroseconds = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond };
        BootId = envelope.BootId;
        _waiting.Add(envelope);
        log.Now.CountTaken();
        return envelope.Sequence;
    }
}
