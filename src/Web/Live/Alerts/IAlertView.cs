using System.Collections.Immutable;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Alerts, rules, silences and targets as pages show them.</summary>
public interface IAlertView
{
    /// <summary>Every alert that is pending or fires: what fires first, then what matters more, then what is newer.</summary>
    ImmutableArray<LiveAlert> Live { get; }

    /// <summary>Every rule.</summary>
    ImmutableArray<AlertRule> Rules { get; }

    /// <summary>The silences that are not over.</summary>
    ImmutableArray<AlertSilence> Silences { get; }

    /// <summary>Every target.</summary>
    ImmutableArray<AlertTarget> Targets { get; }

    /// <summary>Alerts that were resolved within <see cref="AlertView.PastFor"/>, the last first.</summary>
    Task<IReadOnlyList<StoredAlert>> PastAsync(CancellationToken cancellation);

    /// <summary>How many events wait for each target, by its number.</summary>
    Task<IReadOnlyDictionary<long, long>> WaitingAsync(CancellationToken cancellation);

    /// <summary>Calls back when anything of it changed, on any thread, never for long. Disposing ends it.</summary>
    IDisposable Subscribe(Action onChange);
}

/// <summary>Who asks for a change, and what they may do.</summary>
/// <param name="By">Who.</param>
/// <param name="Rights">What they may do.</param>
public sealed record AlertCaller(Actor By, Rights Rights);

/// <summary>What people change of alerts. Every method gives null once it is done and in the audit log, else why not and what to do.</summary>
public interface IAlertDesk
{
    /// <summary>Adds a rule (number 0) or changes one.</summary>
    Task<string?> SaveRuleAsync(AlertCaller caller, AlertRule rule);

    /// <summary>Removes a rule; its alerts end.</summary>
    Task<string?> RemoveRuleAsync(AlertCaller caller, long id);

    /// <summary>Adds a silence.</summary>
    Task<string?> SilenceAsync(AlertCaller caller, AlertSilence silence);

    /// <summary>Ends a silence now.</summary>
    Task<string?> EndSilenceAsync(AlertCaller caller, long id);

    /// <summary>Adds a target (number 0) or changes one.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="id">The target's number; 0 for a new one.</param>
    /// <param name="draft">What it is and where.</param>
    /// <param name="isOn">Whether it is told anything.</param>
    /// <param name="secret">A new secret; empty for none; null to keep the one that is there, which goes no further than to the place it was given for.</param>
    Task<string?> SaveTargetAsync(AlertCaller caller, long id, TargetDraft draft, bool isOn, string? secret);

    /// <summary>Removes a target; what waits for it is lost.</summary>
    Task<string?> RemoveTargetAsync(AlertCaller caller, long id);

    /// <summary>Sends a target a test message now.</summary>
    Task<string?> TestTargetAsync(AlertCaller caller, long id, CancellationToken cancellation);
}
