using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>In the place of a page that the caller may not see: no longer signed in, or without the role.</summary>
public sealed partial class NotAllowed
{
    [CascadingParameter]
    private Task<AuthenticationState>? State { get; set; }

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private ClaimsPrincipal? Caller => State is { IsCompletedSuccessfully: true } known ? known.Result.User : null;

    private string SignInLink => $"{SessionScheme.Path}?{SessionScheme.Return}={Uri.EscapeDataString("/" + Nav.ToBaseRelativePath(Nav.Uri))}";
}
