using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>Knows which connection speaks for which host, and asks probes of demo machines over it.</summary>
internal sealed class ReinitRequests(IHubContext<ProbeHub> hub) : IReinitRequests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, (string Connection, Origin Origin)> _connections = new(StringComparer.Ordinal);

    /// <summary>A probe said hello.</summary>
    public void Connected(Caller caller, string connection) => _connections[caller.HostId] = (connection, caller.Origin);

    /// <summary>A connection is gone.</summary>
    public void Disconnected(Caller caller, string connection)
    {
        if (_connections.TryGetValue(caller.HostId, out (string Connection, Origin Origin) known) && known.Connection == connection)
        {
            _connections.TryRemove(new(caller.HostId, known));
        }
    }

    /// <inheritdoc/>
    public async Task<string?> AskAsync(string hostId, string profile, string fault, CancellationToken cancellation)
    {
        if (!_connections.TryGetValue(hostId, out (string Connection, Origin Origin) known))
        {
            return "The host's probe is not connected to this dashboard. Wait until it is, and try again; where several dashboards share the store, it may be connected to another of them.";
        }

        if (known.Origin != Origin.Demo)
        {
            return "This is no demo machine. A real TDX module is watched, and never re-initialised from here.";
        }

        if (profile is not { Length: > 0 and <= ReinitRequest.MaxName } || fault is not { Length: <= ReinitRequest.MaxName })
        {
            return $"Profile and fault have at most {ReinitRequest.MaxName} characters, and there must be a profile.";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            ReinitReply reply = await hub.Clients.Client(known.Connection)
                .InvokeAsync<ReinitReply>(ProbeContract.PerformReinit, new ReinitRequest(profile, fault, Random.Shared.NextInt64(1, long.MaxValue)), limit.Token);
            return reply.Accepted ? null : ShownText.Limit(reply.Reason, ShownText.MaxSentence);
        }
        catch (Exception e) when (e is HubException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return $"The probe did not answer: {ShownText.Limit(e.Message, ShownText.MaxSentence)} Update it to this dashboard's version, and try again.";
        }
    }
}
