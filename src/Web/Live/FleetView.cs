using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Wire;

namespace TdxDash.Web.Live;

/// <summary>Works out what lists need of a snapshot.</summary>
internal delegate HostDigest MakeDigest(Snapshot snapshot);

/// <summary>The fleet in memory: loaded from the store at start, then changed after every commit. A heartbeat only moves
/// <see cref="HostEntry.LastSeen"/>; it is announced when it ends a silence, not each time.</summary>
internal sealed class FleetView(SnapshotReader reader, DigestSource digests, MakeDigest makeDigest, TimeProvider time, ILogger<FleetView> log, SignHorizon? elsewhere = null) : IFleetView
{
    private readonly ConcurrentDictionary<string, HostState> _hosts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SignOfLife> _unsaved = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Silence> _silences = new();
    private readonly Lock _gate = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private long _revision;

    /// <inheritdoc/>
    public IReadOnlyCollection<HostEntry> Hosts => [.. _hosts.Values.Select(state => state.Entry)];

    /// <summary>The highest revision that was loaded or applied.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <inheritdoc/>
    public HostEntry? Find(string hostId) => _hosts.TryGetValue(hostId, out HostState? state) ? state.Entry : null;

    /// <summary>The probe's number of the latest snapshot that is stored of a host; 0 when there is none.</summary>
    public long LatestSequence(string hostId) => _hosts.TryGetValue(hostId, out HostState? state) ? state.Sequence : 0;

    /// <summary>The same, and 0 when its body is known to be damaged: whoever holds it still should send it again.</summary>
    public long HeldSequence(string hostId) => _hosts.TryGetValue(hostId, out HostState? state) && !state.IsDamaged ? state.Sequence : 0;

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<HostEntry> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var subscription = new Subscription(this, onChange);
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>Loads the row of every host, from its stored digest where there is one: a body takes a thousand times as long. A host that
    /// has neither a digest nor a readable body is logged and left out.</summary>
    public void Load()
    {
        IReadOnlyList<LatestRow> rows = reader.Latest();
        Parallel.ForEach(rows, row =>
        {
            try
            {
                Load(row);
            }
            // The edge of each host: one that cannot be shown must not hide the others.
            catch (Exception e)
            {
                StoreLog.LatestUnreadable(log, row.HostId, row.Hash, e.Message, e);
            }
        });
        _revision = rows.Select(row => row.Revision).Append(_revision).Max();
    }

    /// <summary>Takes in a snapshot that another node stored; nothing happens where it is not the latest, or known, as when this node stored it itself.</summary>
    /// <exception cref="InvalidDataException">It has neither a digest nor a readable body; the message says what to do.</exception>
    public void Take(LatestRow row)
    {
        if (!_hosts.TryGetValue(row.HostId, out HostState? known) || (row.Sequence, row.Revision).CompareTo((known.Sequence, known.Entry.Revision)) > 0)
        {
            Apply(row.Sequence, Entry(row));
        }
    }

    /// <summary>Takes in what a host's latest body says, where its row came from a digest that says otherwise: an older version may have made it.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="hash">The body; nothing happens when the host has another one by now.</param>
    /// <param name="summary">Its values.</param>
    public void Correct(string hostId, SnapshotHash hash, HostSummary summary)
    {
        HostSummary limited = Limit(summary);
        HostEntry changed;
        lock (_gate)
        {
            if (!_hosts.TryGetValue(hostId, out HostState? known) || known.Entry.Hash != hash || known.Entry.Summary == limited)
            {
                return;
            }

            changed = known.Entry with { Summary = limited };
            _hosts[hostId] = known with { Entry = changed };
        }

        Announce(changed);
    }

    /// <summary>Notes that a host's latest body cannot be read, so that its probe is asked for it again.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="hash">The body; nothing happens when the host has another one by now.</param>
    public void MarkDamaged(string hostId, SnapshotHash hash)
    {
        lock (_gate)
        {
            if (_hosts.TryGetValue(hostId, out HostState? known) && known.Entry.Hash == hash)
            {
                _hosts[hostId] = known with { IsDamaged = true };
            }
        }
    }

    /// <summary>Takes a stored snapshot in, if it is the host's latest.</summary>
    /// <param name="sequence">The probe's number for it, which decides what is latest.</param>
    /// <param name="stored">The host as that snapshot shows it.</param>
    public void Apply(long sequence, HostEntry stored)
    {
        HostEntry changed;
        lock (_gate)
        {
            _revision = Math.Max(_revision, stored.Revision);
            HostEntry entry = stored with { Summary = Limit(stored.Summary) };
            bool isDamaged = false;
            if (_hosts.TryGetValue(entry.HostId, out HostState? known))
            {
                DateTimeOffset lastSeen = known.Entry.LastSeen > entry.LastSeen ? known.Entry.LastSeen : entry.LastSeen;
                bool isLatest = (sequence, entry.Revision).CompareTo((known.Sequence, known.Entry.Revision)) > 0;
                isDamaged = known.IsDamaged && known.Entry.Hash != entry.Hash && !isLatest;
                entry = entry with { LastSeen = lastSeen, Dropped = known.Entry.Dropped, HeardAt = known.Entry.HeardAt ?? entry.HeardAt };
                (entry, sequence) = isLatest ? (entry, sequence) : (known.Entry with { LastSeen = lastSeen, HeardAt = entry.HeardAt, Elsewhere = entry.Elsewhere }, known.Sequence);
            }

            _hosts[entry.HostId] = new HostState(entry, sequence, isDamaged);
            changed = entry;
        }

        Announce(changed);
    }

    /// <summary>Notes a sign of life.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="probeVersion">Its probe's version.</param>
    /// <param name="dropped">What its journal ever dropped unsent; null where the sign does not say.</param>
    public void Heard(string hostId, string probeVersion, long? dropped = null)
    {
        if (Hear(hostId, probeVersion, dropped, null) is { } sign)
        {
            _unsaved[hostId] = sign;
        }
    }

    /// <summary>Notes that another node heard of a host, which keeps what is to be kept of it; nothing happens where this one knows as much already.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="ago">How long ago: the clocks of two machines differ, but not how fast they go.</param>
    /// <param name="dropped">What its journal ever dropped unsent; null where no heartbeat said.</param>
    public void HeardElsewhere(string hostId, TimeSpan ago, long? dropped) => Hear(hostId, null, dropped, ago);

    /// <returns>The sign to be saved; null where there is no such host.</returns>
    private SignOfLife? Hear(string hostId, string? probeVersion, long? dropped, TimeSpan? ago)
    {
        DateTimeOffset now = UnixTime.FromMicroseconds(UnixTime.ToMicroseconds(time.GetUtcNow() - (ago ?? TimeSpan.Zero)));
        long at = time.GetTimestamp() - (long)((ago ?? TimeSpan.Zero).TotalSeconds * time.TimestampFrequency);
        HostEntry changed;
        bool isNews;
        lock (_gate)
        {
            if (!_hosts.TryGetValue(hostId, out HostState? known))
            {
                return null;
            }

            // By the monotonic clock where it ran since: a wall clock that was set makes no host silent.
            TimeSpan unheard = known.Entry.HeardAt is { } heardAt ? time.GetElapsedTime(heardAt, at) : now - known.Entry.LastSeen;
            if (ago is { } age && (known.Entry.HeardAt is null ? age > ProbeContract.SilentAfter : unheard <= TimeSpan.Zero))
            {
                return null;
            }

            // What it was heard of where nobody could tell this node is no silence.
            bool wasSilent = unheard - known.Entry.Unknown > ProbeContract.SilentAfter;
            bool wasSet = (now - known.Entry.LastSeen - unheard).Duration() > ProbeContract.SilentAfter;
            isNews = wasSilent || wasSet || known.Entry.ProbeVersion != (probeVersion ?? known.Entry.ProbeVersion) || (dropped ?? known.Entry.Dropped ?? 0) != (known.Entry.Dropped ?? 0);
            if (wasSilent && ago is null)
            {
                _silences.Enqueue(new Silence(hostId, UnixTime.ToMicroseconds(now - unheard), UnixTime.ToMicroseconds(now)));
            }

            changed = known.Entry with { LastSeen = now, HeardAt = at, Elsewhere = ago is null ? null : elsewhere, ProbeVersion = probeVersion ?? known.Entry.ProbeVersion, Dropped = dropped ?? known.Entry.Dropped };
            _hosts[hostId] = known with { Entry = changed };
        }

        if (isNews)
        {
            Announce(changed);
        }

        return new SignOfLife(hostId, UnixTime.ToMicroseconds(now), changed.Dropped);
    }

    /// <summary>Takes the signs of life that were not saved yet.</summary>
    public SignsOfLife TakeUnsaved()
    {
        var seen = new List<SignOfLife>();
        foreach (string hostId in _unsaved.Keys)
        {
            if (_unsaved.TryRemove(hostId, out SignOfLife sign))
            {
                seen.Add(sign);
            }
        }

        var silences = new List<Silence>();
        while (_silences.TryDequeue(out Silence? silence))
        {
            silences.Add(silence);
        }

        return new SignsOfLife(seen, silences);
    }

    /// <summary>Takes back what could not be saved. A time is brought again by the next heartbeat, a silence is not.</summary>
    public void PutBack(SignsOfLife signs)
    {
        foreach (Silence silence in signs.Silences)
        {
            _silences.Enqueue(silence);
        }

        foreach (SignOfLife sign in signs.Seen)
        {
            _unsaved.TryAdd(sign.HostId, sign);
        }
    }

    private void Load(LatestRow row) => _hosts[row.HostId] = new HostState(Entry(row), row.Sequence);

    private HostEntry Entry(LatestRow row)
    {
        if (!SnapshotHash.TryParse(row.Hash, out SnapshotHash hash))
        {
            throw new InvalidDataException($"The stored hash '{row.Hash}' has not the form of one. Put back a backup of the database.");
        }

        HostSummary summary = Limit(digests.StoredSummary(row.Digest) ?? makeDigest(reader.Read(hash)).Summary);
        DateTimeOffset lastSeen = UnixTime.FromMicroseconds(row.LastSeen), now = time.GetUtcNow();
        return new HostEntry
        {
            HostId = row.HostId,
            Revision = row.Revision,
            Summary = summary,
            Hash = hash,
            TakenAt = UnixTime.FromMicroseconds(row.TakenAt),
            // Saved while the clock was ahead: a host that is gone would not be silent until then.
            LastSeen = lastSeen > now ? now : lastSeen,
            ProbeVersion = row.ProbeVersion,
            Elsewhere = elsewhere,
        };
    }

    /// <summary>The same values, with the host's own texts safe to show.</summary>
    public static HostSummary Limit(HostSummary summary) => summary with
    {
        Name = ShownText.Limit(summary.Name, ShownText.MaxName),
        StateReason = ShownText.Limit(summary.StateReason, ShownText.MaxSentence),
        CpuFamily = ShownText.Limit(summary.CpuFamily, ShownText.MaxName),
    };

    private void Announce(HostEntry entry)
    {
        foreach (Subscription subscription in _subscriptions)
        {
            try
            {
                subscription.OnChange(entry);
            }
            // The edge of each listener: a page that fails must not keep the news from the others.
            catch (Exception e)
            {
                StoreLog.FeedFailed(log, e);
            }
        }
    }

    /// <param name="Entry">What pages show.</param>
    /// <param name="Sequence">The number of the latest snapshot.</param>
    /// <param name="IsDamaged">Whether its body cannot be read.</param>
    private sealed record HostState(HostEntry Entry, long Sequence, bool IsDamaged = false);

    private sealed class Subscription(FleetView view, Action<HostEntry> onChange) : IDisposable
    {
        public Action<HostEntry> OnChange => onChange;

        public void Dispose() => ImmutableInterlocked.Update(ref view._subscriptions, list => list.Remove(this));
    }
}
