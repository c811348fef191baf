using System.Collections.Immutable;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Rules, silences and targets in memory, read again after each change of theirs.</summary>
internal sealed class AlertBook(AlertReader reader, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile Content _content = new([], [], []);

    /// <summary>Rules, silences or targets changed. Raised on any thread, never for long.</summary>
    public event Action? Changed;

    /// <summary>What targets were told, or what fired, is another, and nothing that a rule goes by. Raised on any thread, never for long.</summary>
    public event Action? Told;

    /// <summary>Every rule.</summary>
    public ImmutableArray<AlertRule> Rules => _content.Rules;

    /// <summary>The silences that were not over when they were read.</summary>
    public ImmutableArray<AlertSilence> Silences => _content.Silences;

    /// <summary>Every target.</summary>
    public ImmutableArray<AlertTarget> Targets => _content.Targets;

    /// <summary>Reads them from the store.</summary>
    public void Load()
    {
        lock (_gate)
        {
            _content = new Content(reader.Rules(), reader.Silences(time.GetUtcNow()), reader.Targets());
        }

        Changed?.Invoke();
    }

    /// <summary>Reads again what targets were told.</summary>
    public void LoadTold()
    {
        lock (_gate)
        {
            _content = _content with { Targets = reader.Targets() };
        }

        Told?.Invoke();
    }

    private sealed record Content(ImmutableArray<AlertRule> Rules, ImmutableArray<AlertSilence> Silences, ImmutableArray<AlertTarget> Targets);
}
