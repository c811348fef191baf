using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
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

    [CascadingParameter]
    private Task<AuthenticationState> State { get; set; } = null!;

    [Inject]
    private SessionBook Sessions { get; set; } = null!;

    [Inject]
    private PasswordSignIn People { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _own = SessionScheme.KeyOf((await State).User);
        _account = Sessions.Find(_own, isUse: false);
    }

    private async Task ChangePasswordAsync()
    {
        _passwordSaid = _next != _again ? "The two new passwords differ. Type both again."
            : await People.ChangePasswordAsync(_account!, _old, _next, _own, Viewer.Actor) ?? "Changed. Every other session was ended.";
        (_old, _next, _again) = ("", "", "");
    }
}
