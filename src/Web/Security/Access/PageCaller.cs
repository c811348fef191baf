using Microsoft.AspNetCore.Components.Authorization;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Who works with a page.</summary>
/// <param name="authentication">The user of the page's circuit.</param>
public sealed class PageCaller(AuthenticationStateProvider authentication)
{
    /// <summary>The person, for the audit log. A circuit does not tell the address that it came from.</summary>
    public async Task<Actor> ActorAsync() => CallerActor.Of((await authentication.GetAuthenticationStateAsync()).User, "");
}
