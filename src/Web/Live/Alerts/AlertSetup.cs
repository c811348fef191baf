using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Writes what has to be there when the dashboard starts: the first rules, and the targets that stand in its settings.</summary>
internal sealed class AlertSetup(AlertReader reader, StoreWriter writer, DashboardOptions options, TargetSecrets secrets, TimeProvider time)
{
    /// <summary>Writes it.</summary>
    /// <param name="may">Whether, told within the transaction, it is still this node that does.</param>
    /// <returns>Null, or why the store did not take it.</returns>
    public async Task<string?> RunAsync(Func<StoreTransaction, bool> may)
    {
        bool isFirst = !reader.HasHadRules();
        AlertTarget[] known = [.. reader.Targets()];
        IReadOnlyList<AlertTarget> set = [.. options.Alerts.Targets.Select(target => Target(target, known))];
        AlertTarget[] gone = [.. known.Where(target => target.IsFromSettings && !set.Any(kept => kept.Id == target.Id))];
        if (!isFirst && set.Count == 0 && gone.Length == 0)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        var work = new DirectWork<bool>(transaction =>
        {
            if (!may(transaction))
            {
                return false;
            }

            foreach (AlertRule rule in isFirst ? DefaultRules.All : [])
            {
                AlertSettingsWriter.Save(transaction, rule);
            }

            foreach (AlertTarget target in gone)
            {
                AlertSettingsWriter.RemoveTarget(transaction, target.Id);
                transaction.Audit(new AuditEntry(Actor.System, "alert-target.remove", target.Draft.Name, "It does not stand in the settings any more."), now);
            }

            foreach (AlertTarget target in set)
            {
                Save(transaction, target, known, now);
            }

            return true;
        });
        DirectOutcome<bool> outcome = await work.RunAsync(writer);
        return outcome.Failure ?? (outcome.Result ? null : "Another node has taken over.");
    }

    private static void Save(StoreTransaction transaction, AlertTarget target, AlertTarget[] known, DateTimeOffset now)
    {
        AlertSettingsWriter.Save(transaction, target);
        if (Array.Find(known, before => before.Id == target.Id)?.Draft != target.Draft)
        {
            transaction.Audit(new AuditEntry(Actor.System, target.Id == 0 ? "alert-target.add" : "alert-target.change", target.Draft.Name, $"From the settings: {target.Draft.Place}"), now);
        }
    }

    private AlertTarget Target(SetTarget target, AlertTarget[] known) => new()
    {
        Id = Array.Find(known, before => before.IsFromSettings && before.Draft.Name == target.Draft.Name)?.Id ?? 0,
        Draft = target.Draft,
        IsFromSettings = true,
        ProtectedSecret = secrets.Protect(target.Secret),
    };
}
