using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Web.Store.Probes;

namespace TdxDash.Web.Security.Probes;

/// <summary>The open connections of probes, so that those of a key that ends can be cut.</summary>
/// <param name="probes">Tells which keys may connect.</param>
/// <param name="memory">Is told of each that connects.</param>
internal sealed class ProbeConnections(ProbeReader probes, SpareMemory memory)
{
    private readonly ConcurrentDictionary<string, (ProbePrincipal Probe, HubCallerContext Context)> _open = new(StringComparer.Ordinal);

    /// <summary>Takes a connection up. One whose key ended since it was let in is cut at once.</summary>
    public void Add(ProbePrincipal probe, HubCallerContext context)
    {
        _open[context.ConnectionId] = (probe, context);
        memory.ProbeConnected();
        // Who ends a key stores that first and looks for connections then: one that it did not find finds the key ended here.
        try
        {
            if (probes.Find(probe.KeyId) is not { IsLive: true })
            {
                context.Abort();
            }
        }
        catch
        {
            // SignalR does not call back for a connection that it could not set up.
            Remove(context);
            throw;
        }
    }

    /// <summary>A connection is gone.</summary>
    public void Remove(HubCallerContext context) => _open.TryRemove(context.ConnectionId, out _);

    /// <summary>Cuts every connection of a key that was ended, once that is stored.</summary>
    public void Cut(string keyId)
    {
        foreach ((ProbePrincipal probe, HubCallerContext context) in _open.Values)
        {
            if (probe.KeyId == keyId)
            {
                context.Abort();
            }
        }
    }

    /// <summary>Cuts the connections of keys that another node ended.</summary>
    public void CutEnded()
    {
        // Before the keys are looked up: who is let in later was looked up then.
        (ProbePrincipal Probe, HubCallerContext Context)[] open = [.. _open.Values];
        IReadOnlySet<string> live = probes.LiveKeys();
        foreach ((_, HubCallerContext context) in open.Where(connection => !live.Contains(connection.Probe.KeyId)))
        {
            context.Abort();
        }
    }

    /// <summary>The keys that are connected now.</summary>
    public IReadOnlySet<string> Keys() => _open.Values.Select(open => open.Probe.KeyId).ToHashSet(StringComparer.Ordinal);
}
