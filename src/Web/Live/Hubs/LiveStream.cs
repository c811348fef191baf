using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.Hubs;

/// <summary>Observations in the order of their revisions: those that were missed from the store, then those that come from the feed. A listener
/// that falls behind what can be held for it is served from the store again.</summary>
internal sealed class LiveStream(EventReader reader, IReinitView reinits)
{
    private const int Held = 4_096;
    private const int PageLength = 1_000;

    /// <summary>Reads until it is cancelled.</summary>
    /// <param name="isMeant">Whether a host is meant.</param>
    /// <param name="hostId">The only host that is, where there is only one.</param>
    /// <param name="fromRevision">The last revision that the listener has; null for only what comes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HubException">The revision is not one to go on from.</exception>
    public async IAsyncEnumerable<LiveRecord> ReadAsync(Func<string, bool> isMeant, string? hostId, long? fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var held = Channel.CreateBounded<ReinitNews>(new BoundedChannelOptions(Held) { SingleReader = true });
        int isOver = 0;
        // Followed first and read second, so that nothing falls between; what comes both ways is told apart by its revision.
        using IDisposable feed = reinits.Follow(news =>
        {
            foreach (ReinitNews seen in news)
            {
                if (!held.Writer.TryWrite(seen))
                {
                    Volatile.Write(ref isOver, 1);
                    return;
                }
            }
        });
        long last = Check(fromRevision, hostId, isMeant);
        bool isBehind = fromRevision is not null;
        while (true)
        {
            if (isBehind)
            {
                foreach (IReadOnlyList<ReinitNews> page in Missed(last, hostId))
                {
                    foreach (ReinitNews seen in page)
                    {
                        last = seen.Event.Revision;
                        if (isMeant(seen.Event.HostId))
                        {
                            cancellation.ThrowIfCancellationRequested();
                            yield return LiveRecord.Of(seen);
                        }
                    }
                }

                isBehind = false;
            }

            while (held.Reader.TryRead(out ReinitNews? seen))
            {
                if (seen.Event.Revision > last)
                {
                    last = seen.Event.Revision;
                    if (isMeant(seen.Event.HostId))
                    {
                        yield return LiveRecord.Of(seen);
                    }
                }

                if (Volatile.Read(ref isOver) == 1)
                {
                    break;
                }
            }

            if (Interlocked.Exchange(ref isOver, 0) == 1)
            {
                while (held.Reader.TryRead(out _))
                {
                    // Whatever is thrown away here is in the store.
                }

                isBehind = true;
                continue;
            }

            await held.Reader.WaitToReadAsync(cancellation);
        }
    }

    /// <summary>Where a listener begins.</summary>
    /// <param name="fromRevision">The last revision that it has; null for only what comes.</param>
    /// <param name="hostId">The only host that is meant, where there is only one.</param>
    /// <param name="isMeant">Whether a host is meant.</param>
    /// <exception cref="HubException">The revision is not one to go on from.</exception>
    public long Check(long? fromRevision, string? hostId, Func<string, bool> isMeant)
    {
        LiveRevisions kept = reader.Bounds();
        if (fromRevision is not { } from)
        {
            return kept.Newest;
        }

        if (from < 0 || from > kept.Newest)
        {
            throw new HubException(string.Create(CultureInfo.InvariantCulture,
                $"Revision {from} is not one of 0 to {kept.Newest}, the newest here. If it was one, the store was put back from a backup or is another one: subscribe from 0."));
        }

        IReadOnlyList<(string HostId, long Oldest)> cut = from == 0 ? [] : [.. reader.CutAfter(from).Where(host => (hostId is null || host.HostId == hostId) && isMeant(host.HostId))];
        return cut.Count == 0 ? from : throw new HubException(string.Create(CultureInfo.InvariantCulture,
            $"Revision {from} is older than what is kept of host {cut[0].HostId}: its oldest is {cut[0].Oldest}. Subscribe from 0 for all that is kept, and know that something before is missing."));
    }

    /// <summary>What is stored after a revision, in pages, in the order of revisions. Stages and outcomes follow from the whole boot, so each boot that goes on after the
    /// revision is folded from its beginning.</summary>
    /// <param name="after">The revision.</param>
    /// <param name="hostId">Only this host; null for all.</param>
    public IEnumerable<IReadOnlyList<ReinitNews>> Missed(long after, string? hostId)
    {
        var states = new Dictionary<(string HostId, string BootId), ReinitState>();
        long place = 0;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = reader.BootsAfter(after, place, hostId, PageLength, out long? next);
            var news = new List<ReinitNews>();
            foreach (StoredEvent stored in page)
            {
                ReinitState state = states[(stored.HostId, stored.BootId)] = states.GetValueOrDefault((stored.HostId, stored.BootId), ReinitState.Empty).Apply(stored.Seen);
                if (stored.Revision > after)
                {
                    news.Add(new ReinitNews(ReinitView.EventOf(stored), state));
                }
            }

            yield return news;
            if (next is not { } end)
            {
                yield break;
            }

            place = end;
        }
    }
}
