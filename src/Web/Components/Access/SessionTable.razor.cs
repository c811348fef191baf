using Microsoft.AspNetCore.Components;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>The sessions of an account, each with a button that ends it.</summary>
public sealed partial class SessionTable
{
    private IReadOnlyList<Session> _sessions = [];

    /// <summary>The account's number.</summary>
    [Parameter, EditorRequired]
    public long Account { get; set; }

    /// <summary>The key of the session in which this is shown, which is ended by signing out; null where it is another's account.</summary>
    [Parameter]
    public string? Own { get; set; }

    [Inject]
    private SessionBook Sessions { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _sessions = Sessions.Of(Account);

    private async Task EndAsync(Session session)
    {
        if (Viewer.Account?.Id == session.Row.Account || Viewer.Rights.MayEverywhere(Role.Administrator))
        {
            await Sessions.EndAsync(session.Row.Key, Viewer.Actor, "ended on a page");
        }

        _sessions = Sessions.Of(Account);
    }
}
