using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace TdxDash.FleetSimulator;

/// <summary>What happened in one phase of a run; counted by all probes at once.</summary>
internal sealed partial class FleetCounts
{
    private const int MostErrors = 50;

    private readonly ConcurrentDictionary<string, long> _errors = new();
    private long _taken, _stored, _duplicates, _acknowledged, _repeated, _reordered, _observations, _updates, _putOff, _missing, _cuts, _losses;

    /// <summary>Snapshots that hosts took.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Answers that a snapshot is stored.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Answers that a snapshot was stored before.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>Snapshots that are done with: each of them once.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Snapshots that were sent once more on purpose.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Snapshots that were sent before an earlier one of their host on purpose.</summary>
    public long Reordered => Interlocked.Read(ref _reordered);

    /// <summary>Observations that are acknowledged.</summary>
    public long Observations => Interlocked.Read(ref _observations);

    /// <summary>Updates that hosts began.</summary>
    public long Updates => Interlocked.Read(ref _updates);

    /// <summary>Deliveries that the dashboard put off.</summary>
    public long PutOff => Interlocked.Read(ref _putOff);

    /// <summary>Answers to heartbeats that say that an acknowledged snapshot is not there.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <summary>Connections that were cut on purpose.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    /// <summary>Connections that were lost otherwise, or could not be made.</summary>
    public long Losses => Interlocked.Read(ref _losses);

    /// <summary>From a snapshot's call to its acknowledgement.</summary>
    public LatencyHistogram Deliveries { get; } = new();

    /// <summary>From a heartbeat's call to its answer.</summary>
    public LatencyHistogram Heartbeats { get; } = new();

    /// <summary>From the loss of a connection to the accepted hello of the next one.</summary>
    public LatencyHistogram Reconnects { get; } = new();

    /// <summary>Why connections were lost or deliveries put off, and how often; numbers in the texts are left out, so that like stands with like.</summary>
    public IReadOnlyDictionary<string, long> Errors => _errors;

    public void CountTaken() => Interlocked.Increment(ref _taken);

    public void CountAnswer(bool isDuplicate) => Interlocked.Increment(ref isDuplicate ? ref _duplicates : ref _stored);

    public void CountAcknowledged() => Interlocked.Increment(ref _acknowledged);

    public void CountRepeated() => Interlocked.Increment(ref _repeated);

    public void CountReordered() => Interlocked.Increment(ref _reordered);

    public void CountObservations(int count) => Interlocked.Add(ref _observations, count);

    public void CountUpdate() => Interlocked.Increment(ref _updates);

    public void CountMissing() => Interlocked.Increment(ref _missing);

    public void CountCut() => Interlocked.Increment(ref _cuts);

    public void CountPutOff(string reason)
    {
        Interlocked.Increment(ref _putOff);
        CountError(reason);
    }

    public void CountLoss(string reason)
    {
        Interlocked.Increment(ref _losses);
        CountError(reason);
    }

    private void CountError(string reason)
    {
        string kind = Number().Replace(reason, "#");
        _errors.AddOrUpdate(_errors.Count < MostErrors || _errors.ContainsKey(kind) ? kind : "others", 1, (_, count) => count + 1);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
