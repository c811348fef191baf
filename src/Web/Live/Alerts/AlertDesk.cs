using System.Collections.Immutable;
using TdxDash.Web.Live.Alerts.Delivery;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Changes rules, silences and targets, each with its line in the audit log, in one transaction.</summary>
internal sealed class AlertDesk(AlertBook book, StoreWriter writer, ILabelBook labels, TargetSecrets secrets, AlertCourier courier, TimeProvider time) : IAlertDesk
{
    private const string NotAdministrator = "Rules and targets are for administrators of everything: ask one.";
    private const string NotOperator = "A silence is for operators of all that it covers: choose a host or a group of yours, or ask an operator of everything.";
    private const string NoRule = "There is no such rule any more: somebody removed it. Load the page again.";
    private const string NoTarget = "There is no such target any more: somebody removed it. Load the page again.";

    /// <inheritdoc/>
    public Task<string?> SaveRuleAsync(AlertCaller caller, AlertRule rule)
    {
        ImmutableArray<AlertRule> rules = book.Rules;
        string? problem = IsAdministrator(caller) ?? rule.Problem()
            ?? (rule.Id != 0 && !rules.Any(known => known.Id == rule.Id) ? NoRule : null)
            ?? (rules.Any(known => known.Name == rule.Name && known.Id != rule.Id) ? $"There is a rule '{rule.Name}' already: choose another name." : null)
            ?? (rule.Id == 0 && rules.Length >= AlertRule.MostRules ? FormattableString.Invariant($"There are {AlertRule.MostRules} rules, and no more are held: remove one.") : null);
        return problem is not null ? Task.FromResult<string?>(problem) : ChangeAsync(
            transaction => AlertSettingsWriter.Save(transaction, rule),
            new AuditEntry(caller.By, "alert-rule.change", rule.Name, (rule.Id == 0 ? "added: " : "now: ") + RuleText.Sentence(rule)));
    }

    /// <inheritdoc/>
    public Task<string?> RemoveRuleAsync(AlertCaller caller, long id)
    {
        AlertRule? rule = book.Rules.FirstOrDefault(known => known.Id == id);
        string? problem = IsAdministrator(caller) ?? (rule is null ? NoRule : null);
        return problem is not null ? Task.FromResult<string?>(problem)
            : ChangeAsync(transaction => AlertSettingsWriter.RemoveRule(transaction, id), new AuditEntry(caller.By, "alert-rule.change", rule!.Name, "removed"));
    }

    /// <inheritdoc/>
    public Task<string?> SilenceAsync(AlertCaller caller, AlertSilence silence)
    {
        DateTimeOffset now = time.GetUtcNow();
        AlertSilence whole = silence with { Reason = silence.Reason.Trim(), Author = caller.By.Name, From = now };
        string? problem = whole.Problem(now) ?? (MaySilence(caller.Rights, whole) ? null : NotOperator)
            ?? (whole.RuleId is { } rule && !book.Rules.Any(known => known.Id == rule) ? NoRule : null)
            ?? (book.Silences.Length >= AlertSilence.MostSilences ? FormattableString.Invariant($"There are {AlertSilence.MostSilences} silences, and no more are held: end some.") : null);
        return problem is not null ? Task.FromResult<string?>(problem) : ChangeAsync(
            transaction => AlertSettingsWriter.Add(transaction, whole), new AuditEntry(caller.By, "silence.add", RuleText.Scope(whole, book.Rules), $"until {Time(whole.Until)}: {whole.Reason}"));
    }

    /// <inheritdoc/>
    public Task<string?> EndSilenceAsync(AlertCaller caller, long id)
    {
        AlertSilence? silence = book.Silences.FirstOrDefault(known => known.Id == id);
        string? problem = silence is null ? "The silence is over already. Load the page again." : MaySilence(caller.Rights, silence) ? null : NotOperator;
        DateTimeOffset now = time.GetUtcNow();
        return problem is not null ? Task.FromResult<string?>(problem)
            : ChangeAsync(transaction => AlertSettingsWriter.EndSilence(transaction, id, now), new AuditEntry(caller.By, "silence.end", RuleText.Scope(silence!, book.Rules), silence!.Reason));
    }

    /// <inheritdoc/>
    public Task<string?> SaveTargetAsync(AlertCaller caller, long id, TargetDraft draft, bool isOn, string? secret)
    {
        AlertTarget? before = book.Targets.FirstOrDefault(known => known.Id == id);
        string? problem = IsAdministrator(caller) ?? (id != 0 && before is null ? NoTarget : null) ?? TargetProblem(before, draft, secret);
        return problem is not null ? Task.FromResult<string?>(problem) : ChangeAsync(
            transaction => AlertSettingsWriter.Save(transaction, new AlertTarget
            {
                Id = id,
                Draft = draft,
                IsOn = isOn,
                ProtectedSecret = secret is null ? before?.ProtectedSecret : secrets.Protect(secret),
            }),
            new AuditEntry(caller.By, id == 0 ? "alert-target.add" : "alert-target.change", draft.Name,
                $"{AlertTarget.Word(draft.Kind)} {draft.Place}{(draft.Recipients.Length == 0 ? "" : $" to {draft.Recipients}")}, {(isOn ? "on" : "off")}{(secret is null ? "" : secret.Length == 0 ? ", without a secret" : ", with a new secret")}"));
    }

    /// <inheritdoc/>
    public Task<string?> RemoveTargetAsync(AlertCaller caller, long id)
    {
        AlertTarget? target = book.Targets.FirstOrDefault(known => known.Id == id);
        string? problem = IsAdministrator(caller) ?? (target is null ? NoTarget : target.IsFromSettings ? FromSettings : null);
        return problem is not null ? Task.FromResult<string?>(problem)
            : ChangeAsync(transaction => AlertSettingsWriter.RemoveTarget(transaction, id), new AuditEntry(caller.By, "alert-target.remove", target!.Draft.Name, target.Draft.Place));
    }

    /// <inheritdoc/>
    public async Task<string?> TestTargetAsync(AlertCaller caller, long id, CancellationToken cancellation)
    {
        AlertTarget? target = book.Targets.FirstOrDefault(known => known.Id == id);
        if ((IsAdministrator(caller) ?? (target is null ? NoTarget : null)) is { } problem)
        {
            return problem;
        }

        string? reason = await courier.TestAsync(target!, cancellation);
        return await ChangeAsync(_ => { }, new AuditEntry(caller.By, "alert-target.test", target!.Draft.Name, reason ?? "taken")) ?? reason;
    }

    private const string FromSettings = "This target stands in the dashboard's settings: change it there, and start the dashboard again.";

    private static string? IsAdministrator(AlertCaller caller) => caller.Rights.MayEverywhere(Role.Administrator) ? null : NotAdministrator;

    // A tag or a rule alone reaches into every group.
    private bool MaySilence(Rights rights, AlertSilence silence) => rights.MayEverywhere(Role.Operator)
        || (silence.HostId is { } host && rights.May(Role.Operator, labels.Find(host).Group))
        || (silence.Group is { } group && rights.May(Role.Operator, group));

    private string? TargetProblem(AlertTarget? before, TargetDraft draft, string? secret) =>
        before is { IsFromSettings: true } ? FromSettings
        : draft.Problem() is { } problem ? problem
        : draft.Name.EndsWith(AlertOptions.NameEnd, StringComparison.Ordinal) || book.Targets.Any(known => known.Draft.Name == draft.Name && known.Id != (before?.Id ?? 0))
            ? $"There is a target '{draft.Name}' already, or the name is kept for the settings: choose another name."
        : before is null && book.Targets.Length >= AlertTarget.MostTargets ? FormattableString.Invariant($"There are {AlertTarget.MostTargets} targets, and no more are held: remove one.")
        : secret is not null && TargetDraft.SecretProblem(secret) is { } wrong ? wrong
        : secret is null && before is { HasSecret: true } && (before.Draft.Place != draft.Place || before.Draft.Kind != draft.Kind)
            ? "The address leads to another place, and the secret that is kept was not given for it: enter it again, or remove it."
        : null;

    private async Task<string?> ChangeAsync(Action<StoreTransaction> change, AuditEntry entry)
    {
        DateTimeOffset now = time.GetUtcNow();
        var work = new DirectWork<bool>(transaction =>
        {
            change(transaction);
            transaction.Audit(entry, now);
            return true;
        });
        if ((await work.RunAsync(writer)).Failure is { } failure)
        {
            return failure;
        }

        book.Load();
        return null;
    }

    private static string Time(DateTimeOffset time) => FormattableString.Invariant($"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
}
