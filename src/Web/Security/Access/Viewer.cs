using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using TdxDash.Web.Live;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Who looks: one for each open page and each request.</summary>
public interface IViewer
{
    /// <summary>What may be done.</summary>
    Rights Rights { get; }

    /// <summary>Who it is, for the audit log.</summary>
    Actor Actor { get; }

    /// <summary>Whether a host may be seen, or more.</summary>
    /// <param name="role">The role that it takes.</param>
    /// <param name="hostId">The host.</param>
    bool May(Role role, string hostId);
}

/// <summary>The viewer by the page's circuit, which hears of a session's end, or by the request.</summary>
internal sealed class Viewer(AuthenticationStateProvider access, IHttpContextAccessor http, LabelBook labels) : IViewer
{
    private (ClaimsPrincipal? Caller, Rights Rights) _known = (null, Rights.None);

    /// <inheritdoc/>
    public Rights Rights
    {
        get
        {
            ClaimsPrincipal? caller = Caller;
            (ClaimsPrincipal? known, Rights rights) = _known;
            if (!ReferenceEquals(known, caller) || caller is null)
            {
                _known = (caller, rights = Rights.Of(caller));
            }

            return rights;
        }
    }

    /// <inheritdoc/>
    public Actor Actor => new(Caller?.Identity?.Name ?? "", CallerAddress.Of(http.HttpContext));

    private ClaimsPrincipal? Caller => (access as CircuitAccess)?.Caller ?? http.HttpContext?.User;

    /// <inheritdoc/>
    public bool May(Role role, string hostId)
    {
        Rights rights = Rights;
        return rights.MayEverywhere(role) || (rights.MaySomewhere(role) && rights.May(role, labels.Find(hostId).Group));
    }
}
