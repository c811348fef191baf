using System.Data.Common;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;

namespace TdxDash.Web.Components.Pages;

/// <summary>Enrolment tokens and enrolled probes, for administrators.</summary>
public sealed partial class ProbesPage : IDisposable
{
    private const int MostTokens = 50, MostProbes = 200;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);

    private IReadOnlyList<TokenRow>? _tokens;
    private IReadOnlyList<ProbeRow>? _probes;
    private IReadOnlySet<string> _connected = new HashSet<string>();
    private long _count;
    private string _text = "";
    private string? _failure;
    private ITimer? _timer;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private ProbeReader Reader { get; set; } = null!;

    [Inject]
    private ProbeRegistry Registry { get; set; } = null!;

    [Inject]
    private ProbeConnections Connections { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Said => _probes is null ? "" : _probes.Count < _count ? $"{Wording.Count(_probes.Count, "probe")} of {_count} shown" : Wording.Count((int)_count, "probe");

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        await ReloadAsync();
        if (RendererInfo.IsInteractive)
        {
            _timer = Time.CreateTimer(_ => _ = InvokeAsync(async () =>
            {
                await ReloadAsync();
                StateHasChanged();
            }), null, Refresh, Refresh);
        }
    }

    // Who asks, or null and a sentence on the page where they may not: a page that was open may outlive a right.
    private Actor? By()
    {
        if (Viewer.Rights.MayEverywhere(Role.Administrator))
        {
            return Viewer.Actor;
        }

        _failure = "Only an administrator of everything may change this.";
        StateHasChanged();
        return null;
    }

    private async Task ReloadAsync()
    {
        string text = _text;
        try
        {
            (_tokens, _probes, _count) = await Task.Run(() =>
            {
                IReadOnlyList<ProbeRow> probes = Reader.Search(text, MostProbes, out long count);
                return (Reader.Tokens(MostTokens), probes, count);
            });
            _connected = Connections.Keys();
        }
        catch (DbException e)
        {
            _failure = $"Probes cannot be read from the database: {e.Message} Look at the page Store.";
        }
    }

    private Task SearchAsync(ChangeEventArgs e)
    {
        _text = (e.Value as string ?? "").Trim();
        return ReloadAsync();
    }

    private Task RevokeTokenAsync(long id) => ChangeAsync(by => Registry.RevokeTokenAsync(id, by));

    private Task RevokeProbeAsync(long id) => ChangeAsync(by => Registry.RevokeProbeAsync(id, by));

    private Task AllowAsync(long id) => ChangeAsync(by => Registry.AllowReturnAsync(id, by));

    private async Task ChangeAsync(Func<Actor, Task<string?>> change)
    {
        if (By() is { } by)
        {
            _failure = await change(by);
            await ReloadAsync();
        }
    }
}
