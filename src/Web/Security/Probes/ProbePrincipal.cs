using System.Globalization;
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
    /// <summary>The claim that every probe has, and nobody else.</summary>
    public const string KeyClaim = "tdxdash:probe-key";

    private const string NumberClaim = "tdxdash:probe", ScopeClaim = "tdxdash:probe-scope", HostClaim = "tdxdash:probe-host";

    /// <summary>Its name in the audit log.</summary>
    public string Name => $"probe:{(HostId.Length > 0 ? HostId : Scope.ToString().ToLowerInvariant())}";

    /// <summary>The same as a caller of an endpoint.</summary>
    public static ClaimsPrincipal Of(ProbeRow probe)
    {
        var known = new ProbePrincipal(probe.Id, probe.KeyId, probe.Scope, probe.HostId);
        return new ClaimsPrincipal(new ClaimsIdentity(
        [
            // What SignalR holds the requests of one connection together by.
            new Claim(ClaimTypes.NameIdentifier, known.Name),
            new Claim(NumberClaim, probe.Id.ToString(CultureInfo.InvariantCulture)),
            new Claim(KeyClaim, probe.KeyId),
            new Claim(ScopeClaim, probe.Scope.ToString()),
            new Claim(HostClaim, probe.HostId),
        ], ProbeAuthentication.SchemeName));
    }

    /// <summary>The probe that calls; null for any other caller.</summary>
    public static ProbePrincipal? Of(ClaimsPrincipal? caller) =>
        caller?.FindFirst(KeyClaim) is { } key && caller.FindFirst(NumberClaim) is { } number && caller.FindFirst(ScopeClaim) is { } scope && caller.FindFirst(HostClaim) is { } host
            ? new ProbePrincipal(long.Parse(number.Value, CultureInfo.InvariantCulture), key.Value, Enum.Parse<ProbeScope>(scope.Value), host.Value)
            : null;

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
}
