using Microsoft.AspNetCore.Components;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>The API tokens of an account, each with a button that removes it: for the account itself, and for who administers everything.</summary>
public sealed partial class TokenList
{
    private IReadOnlyList<ApiToken> _tokens = [];
    private string? _problem;

    /// <summary>The account's number.</summary>
    [Parameter, EditorRequired]
    public long Account { get; set; }

    [Inject]
    private TokenBook Tokens { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _tokens = Tokens.Of(Account);

    private async Task RemoveAsync(ApiToken token)
    {
        _problem = Viewer.Account?.Id == token.Account || Viewer.Rights.MayEverywhere(Role.Administrator)
            ? await Tokens.RemoveAsync(token, Viewer.Actor)
            : "You are signed out, or may not do this any more.";
        _tokens = Tokens.Of(Account);
    }
}
