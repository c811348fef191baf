using Microsoft.AspNetCore.Components;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Pages;

/// <summary>What somebody can see and change of the own account: rights, password, API tokens, sessions.</summary>
public sealed partial class AccountPage
{
    private Account? _account;
    private string? _own;
    private string _old = "";
    private string _next = "";
    private string _again = "";
    private string _passwordSaid = "";

    [Inject]
    private PasswordSignIn People { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => (_own, _account) = (Viewer.SessionKey, Viewer.Account);

    private async Task ChangePasswordAsync()
    {
        // Asked anew: the session may be over by now.
        _passwordSaid = _next != _again ? "The two new passwords differ. Type both again."
            : Viewer.Account is not { } account ? "You are signed out. Sign in again."
            : await People.ChangePasswordAsync(account, _old, _next, _own, Viewer.Actor) ?? "Changed. Every other session was ended.";
        (_old, _next, _again) = ("", "", "");
    }
}
