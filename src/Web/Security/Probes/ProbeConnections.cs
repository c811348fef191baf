using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace TdxDash.Web.Security.Probes;

/// <summary>The open connections of probes, so that those of a key that ends can be cut.</summary>
internal sealed class ProbeConnections
{
    private readonly ConcurrentDictionary<string, (ProbePrincipal Probe, HubCallerContext Context)> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);

    /// <summary>Takes a connection up. One whose key ended since it was let in is cut at once.</summary>
    public void Add(ProbePrincipal probe, HubCallerContext context)
    {
        _open[context.ConnectionId] = (probe, context);
        if (_ended.ContainsKey(probe.KeyId))
        {
            context.Abort();
        }
    }

    /// <summary>A connection is gone.</summary>
    public void Remove(HubCallerContext context) => _open.TryRemove(context.ConnectionId, out _);

    /// <summary>Cuts every connection of a key, those that are being set up included.</summary>
    public void Cut(string keyId)
    {
        _ended[keyId] = true;
        foreach ((ProbePrincipal probe, HubCallerContext context) in _open.Values)
        {
            if (probe.KeyId == keyId)
            {
                context.Abort();
            }
        }
    }

    /// <summary>The keys that are connected now.</summary>
    public IReadOnlySet<string> Keys() => _open.Values.Select(open => open.Probe.KeyId).ToHashSet(StringComparer.Ordinal);
}
