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

    /// <summary>The account that is signed in, as it is now; null once its session is over, and for a token.</summary>
    Account? Account { get; }

    /// <summary>The session of the browser; null where there is none.</summary>
    string? SessionKey { get; }

    /// <summary>Whether a host may be seen, or more.</summary>
    /// <param name="role">The role that it takes.</param>
    /// <param name="hostId">The host.</param>
    bool May(Role role, string hostId);
}

/// <summary>The viewer by the page's circuit, which hears of a session's end, or by the request.</summary>
internal sealed class Viewer(AuthenticationStateProvider access, IHttpContextAccessor http, LabelBook labels, SessionBook sessions) : IViewer
{
    // In one piece, as feeds ask from threads of their own.
    private volatile Known _known = new(null, Rights.None);

    /// <inheritdoc/>
    public Rights Rights
    {
        get
        {
            ClaimsPrincipal? caller = Caller;
            Known known = _known;
            if (!ReferenceEquals(known.Caller, caller) || caller is null)
            {
                _known = known = new Known(caller, Rights.Of(caller));
            }

            return known.Rights;
        }
    }

    /// <inheritdoc/>
    public Actor Actor => new(Caller?.Identity?.Name ?? "", CallerAddress.Of(http.HttpContext));

    /// <inheritdoc/>
    public Account? Account => sessions.Find(SessionKey, isUse: false);

    /// <inheritdoc/>
    public string? SessionKey => SessionScheme.KeyOf(Caller);

    private ClaimsPrincipal? Caller => (access as CircuitAccess)?.Caller ?? http.HttpContext?.User;

    /// <inheritdoc/>
    public bool May(Role role, string hostId)
    {
        Rights rights = Rights;
        return rights.MayEverywhere(role) || (rights.MaySomewhere(role) && rights.May(role, labels.Find(hostId).Group));
    }

    private sealed record Known(ClaimsPrincipal? Caller, Rights Rights);
}
