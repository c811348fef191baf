using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>Asks demo hosts to re-initialise their emulated modules, to a profile and with a fault to choose, and shows who refused and why.</summary>
public sealed partial class ReinitForm : IDisposable
{
    private const int AtOnce = 16;
    private const int ShownNames = 3;

    private readonly CancellationTokenSource _gone = new();
    private bool _isOpen;
    private bool _isAsking;
    private string _profile = ReinitChoices.Profiles[0];
    private string _fault = "";
    private string _said = "";
    private IReadOnlyList<(string Reason, IReadOnlyList<string> Hosts)> _refusals = [];

    /// <summary>How many demo hosts are asked.</summary>
    [Parameter, EditorRequired]
    public int Count { get; set; }

    /// <summary>Which: looked up when they are asked, as there may be thousands.</summary>
    [Parameter, EditorRequired]
    public Func<IReadOnlyList<string>> Hosts { get; set; } = () => [];

    /// <summary>What the button says.</summary>
    [Parameter]
    public string Label { get; set; } = "Re-initialise the emulated module";

    /// <summary>The profile that is chosen first; the first one where it is not known.</summary>
    [Parameter]
    public string? Usual { get; set; }

    /// <summary>The name of a host, for refusals; null where there is only one.</summary>
    [Parameter]
    public Func<string, string>? NameOf { get; set; }

    /// <summary>Called before the hosts are asked.</summary>
    [Parameter]
    public EventCallback OnStart { get; set; }

    [Inject]
    private IReinitRequests Requests { get; set; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private void Open()
    {
        _isOpen = true;
        _profile = Usual is { } usual && ReinitChoices.Profiles.Contains(usual) ? usual : _profile;
    }

    private void Close(KeyboardEventArgs e) => _isOpen = _isOpen && e.Key != "Escape";

    private async Task StartAsync()
    {
        (_isAsking, _refusals, _said) = (true, [], "Asking");
        try
        {
            string[] hosts = [.. Hosts()];
            await OnStart.InvokeAsync();
            using var turn = new SemaphoreSlim(AtOnce);
            (string Host, string? Refusal)[] answers = await Task.WhenAll(hosts.Select(host => AskAsync(host, turn)));
            _refusals = [.. answers.Where(answer => answer.Refusal is not null).GroupBy(answer => answer.Refusal!)
                .Select(group => (group.Key, (IReadOnlyList<string>)[.. group.Select(answer => answer.Host)]))];
            int begun = answers.Count(answer => answer.Refusal is null);
            _said = begun == 0 ? "" : $"{Wording.Count(begun, "demo host")} began.";
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left; what was begun goes on.
        }
        finally
        {
            _isAsking = false;
        }
    }

    private async Task<(string Host, string? Refusal)> AskAsync(string host, SemaphoreSlim turn)
    {
        await turn.WaitAsync(_gone.Token);
        try
        {
            return (host, await Requests.AskAsync(host, _profile, _fault, _gone.Token));
        }
        finally
        {
            turn.Release();
        }
    }

    private string Named(IReadOnlyList<string> hosts) =>
        string.Join(", ", hosts.Take(ShownNames).Select(NameOf!)) + (hosts.Count > ShownNames ? $" and {hosts.Count - ShownNames} more" : "") + ":";
}
