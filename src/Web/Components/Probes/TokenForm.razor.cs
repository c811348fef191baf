using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Components.Probes;

/// <summary>Makes a token and shows it once, in the command that uses it.</summary>
public sealed partial class TokenForm
{
    private Made? _token;
    private bool _isOpen, _isBusy;
    private ProbeScope _scope = ProbeScope.Host;
    private int _uses = 1, _hours = 1;
    private string _group = "";
    private string? _problem;

    /// <summary>This dashboard's own address.</summary>
    [Parameter, EditorRequired]
    public string DashboardUrl { get; set; } = "";

    /// <summary>Who asks; null where they may not.</summary>
    [Parameter, EditorRequired]
    public Func<Actor?> By { get; set; } = null!;

    /// <summary>Called when a token was made.</summary>
    [Parameter]
    public EventCallback OnCreated { get; set; }

    [Inject]
    private ProbeRegistry Registry { get; set; } = null!;

    [Inject]
    private ILabelBook Labels { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private void Close(KeyboardEventArgs e) => _isOpen = _isOpen && e.Key != "Escape";

    private async Task CreateAsync()
    {
        LabelText group = default;
        bool isGrouped = _scope == ProbeScope.Host && _group.Trim().Length > 0;
        _problem = _uses is < 1 or > TokenWish.MostUses ? $"Uses is a number from 1 to {TokenWish.MostUses}."
            : isGrouped && !LabelText.TryParse(_group, out group) ? $"'{_group}' is no group. Use {LabelText.Rule}."
            : null;
        if (_problem is not null || By() is not { } by)
        {
            return;
        }

        _isBusy = true;
        var wish = new TokenWish(_scope, _uses, TimeSpan.FromHours(_hours), isGrouped ? group : null);
        DateTimeOffset now = Time.GetUtcNow();
        (EnrolmentToken? token, _problem) = await Registry.CreateTokenAsync(wish, by);
        _isBusy = false;
        if (token is not null)
        {
            (_token, _isOpen) = (new Made(token, wish, now + wish.For), false);
            await OnCreated.InvokeAsync();
        }
    }

    private string Command(Made made) => $"tdxprobe enroll {DashboardUrl} {made.Token}{(made.Wish.Scope == ProbeScope.Host ? "" : $" --for {made.Wish.Scope.ToString().ToLowerInvariant()}")}";

    private sealed record Made(EnrolmentToken Token, TokenWish Wish, DateTimeOffset Until);
}
