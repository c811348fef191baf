using System.Security.Claims;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Who the caller of a page, an endpoint or a hub is, for the audit log.</summary>
public static class CallerActor
{
    /// <summary>The caller as the audit log names it.</summary>
    /// <param name="user">The caller.</param>
    /// <param name="address">The network address that the request came from; empty where it is not known.</param>
    public static Actor Of(ClaimsPrincipal? user, string address) =>
        new(user?.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : Actor.Anonymous, address);

    /// <summary>Whom a limit counts a caller for.</summary>
    /// <param name="name">The caller's name in the audit log; tokens of one account, <c>token:ACCOUNT/NAME</c>, are one caller.</param>
    public static string AccountOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split('/', 2)[0];
    }
}
