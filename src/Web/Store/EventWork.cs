using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Wire;

namespace TdxDash.Web.Store;

/// <summary>Who delivers observations, and when they came. Times are microseconds since 1970 in UTC.</summary>
internal sealed record EventSender(string HostId, string HostName, Origin Origin, string ProbeVersion, string BootId, long ReceivedAt);

/// <summary>An observation that is new in the store.</summary>
/// <param name="Revision">The store's number for it; rises over all hosts in the order in which they were committed.</param>
/// <param name="Sequence">The probe's number.</param>
/// <param name="Seen">The observation.</param>
internal readonly record struct NewEvent(long Revision, long Sequence, ReinitObservation Seen);

/// <summary>Stores a batch of observations: each (host, boot, sequence) once, all or none.</summary>
/// <param name="sender">Who delivers.</param>
/// <param name="batch">Checked observations.</param>
/// <param name="onStored">Called after the commit with those that are new, in order, and before the outcome is known to anyone else.</param>
internal sealed class EventWork(EventSender sender, IReadOnlyList<WireObservation> batch, Action<IReadOnlyList<NewEvent>> onStored) : IStoreWork
{
    /// <summary>Observations that are kept of one host; older ones go.</summary>
    public const int MostPerHost = 20_000;

    private const string HostSql = """
        INSERT INTO hosts (host_id, name, origin, probe_version, first_seen_us, last_seen_us)
        VALUES (@HostId, @HostName, @Origin, @ProbeVersion, @ReceivedAt, @ReceivedAt)
        ON CONFLICT (host_id) DO UPDATE SET last_seen_us = max(hosts.last_seen_us, excluded.last_seen_us)
        RETURNING id
        """;

    private const string FindSql = "SELECT sequence, body FROM events WHERE host = @Host AND boot_id = @BootId AND sequence >= @Least AND sequence <= @Most";

    private const string InsertSql = """
        INSERT INTO events (host, boot_id, sequence, seen_at_us, received_at_us, body) VALUES (@Host, @BootId, @Sequence, @SeenAt, @ReceivedAt, @Body)
        RETURNING revision
        """;

    private const string RetainSql = """
        DELETE FROM events WHERE host = @Host AND revision <=
            (SELECT revision FROM events WHERE host = @Host ORDER BY revision DESC LIMIT 1 OFFSET @Most)
        """;

    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<StoreOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<NewEvent> _new = [];
    private long? _conflict;

    /// <summary>The outcome, after the commit.</summary>
    public Task<StoreOutcome> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => batch.Count * 512;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        (_new, _conflict) = ([], null);
        long host = transaction.Number(HostSql, ("@HostId", sender.HostId), ("@HostName", sender.HostName), ("@Origin", sender.Origin.ToString()),
            ("@ProbeVersion", sender.ProbeVersion), ("@ReceivedAt", sender.ReceivedAt));
        Dictionary<long, byte[]> known = Known(transaction, host);
        var fresh = new List<(WireObservation Observation, byte[] Body)>();
        foreach (WireObservation observation in batch)
        {
            byte[] body = ObservationBatch.Write(observation.Seen);
            if (known.TryAdd(observation.Sequence, body))
            {
                fresh.Add((observation, body));
            }
            else if (!known[observation.Sequence].AsSpan().SequenceEqual(body))
            {
                _conflict = observation.Sequence;
                return;
            }
        }

        IReadOnlyList<long> revisions = transaction.Numbers(InsertSql, [.. fresh.Select(entry => ((string, object?)[])[("@Host", host), ("@BootId", sender.BootId), ("@Sequence", entry.Observation.Sequence),
            ("@SeenAt", UnixTime.ToMicroseconds(entry.Observation.Seen.At)), ("@ReceivedAt", sender.ReceivedAt), ("@Body", entry.Body)])]);
        _new.AddRange(fresh.Zip(revisions, (entry, revision) => new NewEvent(revision, entry.Observation.Sequence, entry.Observation.Seen)));
        transaction.Execute(RetainSql, ("@Host", host), ("@Most", MostPerHost));
    }

    private Dictionary<long, byte[]> Known(StoreTransaction transaction, long host) => batch.Count == 0 ? [] : transaction.All(FindSql, row => (Sequence: row.GetInt64(0), Body: row.GetFieldValue<byte[]>(1)),
        ("@Host", host), ("@BootId", sender.BootId), ("@Least", batch.Min(observation => observation.Sequence)), ("@Most", batch.Max(observation => observation.Sequence))).ToDictionary(row => row.Sequence, row => row.Body);

    /// <inheritdoc/>
    public void Committed()
    {
        try
        {
            if (_new.Count > 0)
            {
                onStored(_new);
            }
        }
        finally
        {
            _done.SetResult(_conflict is { } sequence ? new StoreOutcome.Conflict(sequence.ToString(System.Globalization.CultureInfo.InvariantCulture))
                : _new.Count > 0 ? new StoreOutcome.Stored(0) : new StoreOutcome.Duplicate(0));
        }
    }

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(new StoreOutcome.Failed(reason));
}
