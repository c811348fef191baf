using Microsoft.AspNetCore.Components;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>An account's API tokens: to make, see and remove.</summary>
public sealed partial class TokenCard
{
    private const int UsualDays = 90;

    private int _made;
    private Rights _own = Rights.None;
    private string _name = "";
    private Role _role = Role.Viewer;
    private string _group = "";
    private int _days = UsualDays;
    private string? _secret;
    private string? _problem;

    /// <summary>Whose tokens.</summary>
    [Parameter, EditorRequired]
    public Account Account { get; set; } = null!;

    [Inject]
    private TokenBook Tokens { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _own = new Rights(Account.Grants);

    private async Task MakeAsync()
    {
        (_secret, _problem) = (null, null);
        LabelText? group = null;
        if (!string.IsNullOrWhiteSpace(_group))
        {
            if (!LabelText.TryParse(_group, out LabelText named))
            {
                _problem = $"'{_group}' is no group. Use {LabelText.Rule}.";
                return;
            }

            group = named;
        }

        // Asked anew: the session may be over by now, and the account another one.
        if (Viewer.Account is not { } account)
        {
            _problem = "You are signed out. Sign in again.";
            return;
        }

        (Secret? secret, _problem) = await Tokens.MakeAsync(account, _name, new Grant(_role, group), TimeSpan.FromDays(_days), Viewer.Actor);
        if (secret is not null)
        {
            (_secret, _name) = (secret.Text, "");
        }

        _made++;
    }
}
