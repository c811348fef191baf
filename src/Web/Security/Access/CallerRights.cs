using System.Security.Claims;

namespace TdxDash.Web.Security.Access;

/// <summary>What the caller of a page, an endpoint or a hub may do.</summary>
public static class CallerRights
{
    /// <summary>The rights of a caller; none for who did not sign in.</summary>
    public static Rights Of(ClaimsPrincipal? user) => Rights.Of(user);
}
