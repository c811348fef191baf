using System.Collections.Immutable;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Tests.Components;

/// <summary>Alerts that a test writes, and what pages asked to be changed.</summary>
internal sealed class FakeAlerts : IAlertView, IAlertDesk
{
    private event Action? Changed;

    public ImmutableArray<LiveAlert> Live { get; private set; } = [];

    public ImmutableArray<AlertRule> Rules { get; set; } = [.. DefaultRules.All.Select((rule, i) => rule with { Id = i + 1 })];

    public ImmutableArray<AlertSilence> Silences { get; set; } = [];

    public ImmutableArray<AlertTarget> Targets { get; set; } = [];

    public IReadOnlyList<StoredAlert> Past { get; set; } = [];

    /// <summary>What pages asked for, in words.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The last silence that was asked for.</summary>
    public AlertSilence? Silence { get; private set; }

    /// <summary>The last rule that was to be saved.</summary>
    public AlertRule? Rule { get; private set; }

    /// <summary>What is said to whatever is asked for; null when it is done.</summary>
    public string? Answer { get; set; }

    public Task<IReadOnlyList<StoredAlert>> PastAsync(CancellationToken cancellation) => Task.FromResult(Past);

    public Task<IReadOnlyDictionary<long, long>> WaitingAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<long, long>>(Targets.ToDictionary(target => target.Id, _ => 7L));

    public IDisposable Subscribe(Action onChange)
    {
        Changed += onChange;
        return new FakeFleet.Subscription(() => Changed -= onChange);
    }

    public void Publish(params LiveAlert[] alerts)
    {
        Live = [.. alerts];
        Changed?.Invoke();
    }

    public Task<string?> SaveRuleAsync(AlertCaller caller, AlertRule rule)
    {
        Rule = rule;
        return AnswerAsync($"rule {rule.Name}");
    }

    public Task<string?> RemoveRuleAsync(AlertCaller caller, long id) => AnswerAsync($"remove rule {id}");

    public Task<string?> SilenceAsync(AlertCaller caller, AlertSilence silence)
    {
        Silence = silence;
        return AnswerAsync("silence");
    }

    public Task<string?> EndSilenceAsync(AlertCaller caller, long id) => AnswerAsync($"end silence {id}");

    public Task<string?> SaveTargetAsync(AlertCaller caller, long id, TargetDraft draft, bool isOn, string? secret) => AnswerAsync($"target {draft.Kind} {draft.Address} {secret ?? "kept"}");

    public Task<string?> RemoveTargetAsync(AlertCaller caller, long id) => AnswerAsync($"remove target {id}");

    public Task<string?> TestTargetAsync(AlertCaller caller, long id, CancellationToken cancellation) => AnswerAsync($"test {id}");

    private Task<string?> AnswerAsync(string asked)
    {
        Asked.Add(asked);
        return Task.FromResult(Answer);
    }
}
