using System.Collections.Immutable;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Rules, silences and targets in memory, read again after each change of theirs.</summary>
internal sealed class AlertBook(AlertReader reader, TimeProvider time)
{
    private volatile Content _content = new([], [], []);

    /// <summary>Rules, silences or targets changed. Raised on any thread, never for long.</summary>
    public event Action? Changed;

    /// <summary>Every rule.</summary>
    public ImmutableArray<AlertRule> Rules => _content.Rules;

    /// <summary>The silences that were not over when they were read.</summary>
    public ImmutableArray<AlertSilence> Silences => _content.Silences;

    /// <summary>Every target.</summary>
    public ImmutableArray<AlertTarget> Targets => _content.Targets;

    /// <summary>Reads them from the store.</summary>
    public void Load()
    {
        _content = new Content(reader.Rules(), reader.Silences(time.GetUtcNow()), reader.Targets());
        Changed?.Invoke();
    }

    private sealed record Content(ImmutableArray<AlertRule> Rules, ImmutableArray<AlertSilence> Silences, ImmutableArray<AlertTarget> Targets);
}
