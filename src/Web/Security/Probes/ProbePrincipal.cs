using System.Security.Claims;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Security.Probes;

/// <summary>A probe that has shown who it is.</summary>
/// <param name="Id">The store's number for it.</param>
/// <param name="KeyId">The key that it signed with.</param>
/// <param name="Scope">Which hosts it may speak for.</param>
/// <param name="HostId">The host; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
internal sealed record ProbePrincipal(long Id, string KeyId, ProbeScope Scope, string HostId)
{
    /// <summary>Its name in the audit log.</summary>
    public string Name => $"probe:{(HostId.Length > 0 ? HostId : Scope.ToString().ToLowerInvariant())}";

    /// <summary>The one of a row.</summary>
    public static ProbePrincipal Of(ProbeRow probe) => new(probe.Id, probe.KeyId, probe.Scope, probe.HostId);

    /// <summary>The probe that calls; null for any other caller.</summary>
    public static ProbePrincipal? Of(ClaimsPrincipal? caller) => (caller?.Identity as Identity)?.Probe;

    /// <summary>The same as a caller of an endpoint.</summary>
    public ClaimsPrincipal AsCaller() => new(new Identity(this));

    /// <summary>Whether it may speak for a host.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="hostName">The name that it gives.</param>
    /// <param name="origin">What kind of machine it says the host is.</param>
    public bool MaySpeakFor(string hostId, string hostName, Origin origin) => Scope switch
    {
        ProbeScope.Host => hostId == HostId,
        ProbeScope.Demo => origin == Origin.Demo && DemoHosts.Hold(hostId),
        ProbeScope.Imports => origin == Origin.File && hostId == ImportedHost.IdOf(hostName),
        _ => false,
    };

    // One claim, the name that SignalR holds the requests of one connection together by: a connection keeps its caller for as long as it lasts.
    private sealed class Identity(ProbePrincipal probe) : ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, probe.Name)], ProbeAuthentication.SchemeName)
    {
        public ProbePrincipal Probe => probe;
    }
}
