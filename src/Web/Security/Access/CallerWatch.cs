using System.Security.Claims;

namespace TdxDash.Web.Security.Access;

/// <summary>What a caller may do who stays connected: as it is now, not as it was when the connection was made.</summary>
internal sealed class CallerWatch(SessionBook sessions, TokenBook tokens)
{
    /// <summary>The rights of a caller now; none once the session or the token is over.</summary>
    public Rights Of(ClaimsPrincipal? caller)
    {
        if (SessionScheme.KeyOf(caller) is { } session)
        {
            return sessions.Find(session, isUse: false) is { } account ? new Rights(account.Grants) : Rights.None;
        }

        return caller?.FindFirst(TokenScheme.KeyClaim)?.Value is { } token && tokens.FindKey(token) is { } known ? TokenScheme.RightsOf(known.Token, known.Account) : Rights.None;
    }
}
