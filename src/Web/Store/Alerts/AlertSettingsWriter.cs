using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Store.Alerts;

/// <summary>Writes rules, silences and targets.</summary>
internal static class AlertSettingsWriter
{
    private const string AddRuleSql = """
        INSERT INTO alert_rules (name, kind, severity, is_on, raise_at, clear_at, raise_for_s, clear_for_s, group_name, least, tells_emulated)
        VALUES (@name, @kind, @severity, @on, @raise, @clear, @raiseFor, @clearFor, @group, @least, @emulated) RETURNING id
        """;

    private const string ChangeRuleSql = """
        UPDATE alert_rules SET name = @name, kind = @kind, severity = @severity, is_on = @on, raise_at = @raise, clear_at = @clear, raise_for_s = @raiseFor, clear_for_s = @clearFor,
            group_name = @group, least = @least, tells_emulated = @emulated
        WHERE id = @id
        """;

    private const string RemoveRuleSql = "UPDATE alert_rules SET is_removed = 1, is_on = 0 WHERE id = @id";

    private const string AddSilenceSql = """
        INSERT INTO alert_silences (host_id, group_name, tag, rule, reason, author, from_us, until_us) VALUES (@host, @group, @tag, @rule, @reason, @author, @from, @until)
        """;

    private const string EndSilenceSql = "UPDATE alert_silences SET until_us = @now WHERE id = @id AND until_us > @now";

    private const string OldSilencesSql = "DELETE FROM alert_silences WHERE until_us < @before";

    private static string AddTargetSql(string last) => $"""
        INSERT INTO alert_targets (name, kind, is_on, is_from_settings, address, sender, recipients, user_name, secret, first_event)
        VALUES (@name, @kind, @on, @fromSettings, @address, @sender, @recipients, @user, @secret, {last})
        """;

    private static string ChangeTargetSql(string last) => $"""
        UPDATE alert_targets SET name = @name, kind = @kind, is_on = @on, is_from_settings = @fromSettings, address = @address, sender = @sender, recipients = @recipients,
            user_name = @user, secret = @secret, failure = NULL, failed_at_us = NULL,
            first_event = CASE WHEN is_on = 1 THEN first_event ELSE {last} END
        WHERE id = @id
        """;

    private const string RemoveTargetSql = "DELETE FROM alert_targets WHERE id = @id";

    private const string SentSql = """
        INSERT INTO alert_cursors (target, rule, sent) SELECT id, @rule, @sent FROM alert_targets WHERE id = @target
        ON CONFLICT (target, rule) DO UPDATE SET sent = max(alert_cursors.sent, excluded.sent)
        """;

    private const string TookSql = "UPDATE alert_targets SET sent_at_us = @at, failure = NULL, failed_at_us = NULL WHERE id = @target";

    private const string FailedSql = "UPDATE alert_targets SET failure = @reason, failed_at_us = @at WHERE id = @target";

    private const string CountDroppedSql = """
        UPDATE alert_targets SET dropped = dropped + (
            SELECT count(*) FROM alert_events e LEFT JOIN alert_cursors c ON c.target = alert_targets.id AND c.rule = e.rule
            WHERE e.id > max(alert_targets.first_event, coalesce(c.sent, 0)) AND (e.at_us < @before OR e.id <= @least))
        WHERE is_on = 1
        """;

    private const string DropSql = "DELETE FROM alert_events WHERE at_us < @before OR id <= @least";

    // What every target was told, or came before it.
    private const string DoneSql = """
        DELETE FROM alert_events WHERE NOT EXISTS (
            SELECT 1 FROM alert_targets t LEFT JOIN alert_cursors c ON c.target = t.id AND c.rule = alert_events.rule
            WHERE t.is_on = 1 AND alert_events.id > max(t.first_event, coalesce(c.sent, 0)))
        """;

    /// <summary>Adds a rule, or changes the one of its number.</summary>
    public static void Save(StoreTransaction transaction, AlertRule rule)
    {
        (string, object?)[] values =
        [
            ("@name", rule.Name), ("@kind", AlertKinds.Word(rule.Kind)), ("@severity", AlertKinds.Word(rule.Severity)), ("@on", rule.IsOn ? 1L : 0L), ("@raise", rule.Raise),
            ("@clear", rule.Clear), ("@raiseFor", (long)rule.RaiseFor.TotalSeconds), ("@clearFor", (long)rule.ClearFor.TotalSeconds), ("@group", rule.Group?.ToString()),
            ("@least", rule.Least.ToString()), ("@emulated", rule.TellsEmulated ? 1L : 0L),
        ];
        if (rule.Id == 0)
        {
            transaction.Number(AddRuleSql, values);
        }
        else
        {
            transaction.Execute(ChangeRuleSql, [.. values, ("@id", rule.Id)]);
        }
    }

    /// <summary>Removes a rule; what it found stays.</summary>
    public static void RemoveRule(StoreTransaction transaction, long id) => transaction.Execute(RemoveRuleSql, ("@id", id));

    /// <summary>Adds a silence, and removes what ended long ago.</summary>
    public static void Add(StoreTransaction transaction, AlertSilence silence)
    {
        transaction.Execute(
            AddSilenceSql,
            ("@host", silence.HostId),
            ("@group", silence.Group?.ToString()),
            ("@tag", silence.Tag?.ToString()),
            ("@rule", silence.RuleId),
            ("@reason", silence.Reason),
            ("@author", silence.Author),
            ("@from", UnixTime.ToMicroseconds(silence.From)),
            ("@until", UnixTime.ToMicroseconds(silence.Until)));
        transaction.Execute(OldSilencesSql, ("@before", UnixTime.ToMicroseconds(silence.From - AlertWriter.KeptFor)));
    }

    /// <summary>Ends a silence.</summary>
    public static void EndSilence(StoreTransaction transaction, long id, DateTimeOffset now) => transaction.Execute(EndSilenceSql, ("@id", id), ("@now", UnixTime.ToMicroseconds(now)));

    /// <summary>Adds a target, which is told of what comes from now on, or changes the one of its number.</summary>
    public static void Save(StoreTransaction transaction, AlertTarget target)
    {
        TargetDraft draft = target.Draft;
        (string, object?)[] values =
        [
            ("@name", draft.Name), ("@kind", AlertTarget.Word(draft.Kind)), ("@on", target.IsOn ? 1L : 0L), ("@fromSettings", target.IsFromSettings ? 1L : 0L), ("@address", draft.Address),
            ("@sender", draft.Sender), ("@recipients", draft.Recipients), ("@user", draft.User), ("@secret", target.ProtectedSecret),
        ];
        if (target.Id == 0)
        {
            transaction.Execute(AddTargetSql(transaction.Engine.LastAlertEvent), values);
        }
        else
        {
            transaction.Execute(ChangeTargetSql(transaction.Engine.LastAlertEvent), [.. values, ("@id", target.Id)]);
        }
    }

    /// <summary>Removes a target.</summary>
    public static void RemoveTarget(StoreTransaction transaction, long id) => transaction.Execute(RemoveTargetSql, ("@id", id));

    /// <summary>Notes that a target took a message: the one place of a stream moves on with it.</summary>
    public static void Took(StoreTransaction transaction, long target, long rule, long sent, DateTimeOffset now)
    {
        transaction.Execute(SentSql, ("@target", target), ("@rule", rule), ("@sent", sent));
        transaction.Execute(TookSql, ("@target", target), ("@at", UnixTime.ToMicroseconds(now)));
    }

    /// <summary>Notes that a target took something that is in no stream.</summary>
    public static void Took(StoreTransaction transaction, long target, DateTimeOffset now) => transaction.Execute(TookSql, ("@target", target), ("@at", UnixTime.ToMicroseconds(now)));

    /// <summary>Notes that a target took no message.</summary>
    public static void Failed(StoreTransaction transaction, long target, string reason, DateTimeOffset now) =>
        transaction.Execute(FailedSql, ("@target", target), ("@reason", reason), ("@at", UnixTime.ToMicroseconds(now)));

    /// <summary>Removes events that every target was told, and counts and drops those that are too old or too many.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="before">Events from before this time are too old.</param>
    /// <param name="most">The most events that are kept.</param>
    public static void Tidy(StoreTransaction transaction, DateTimeOffset before, long most)
    {
        long least = transaction.Number($"SELECT {transaction.Engine.LastAlertEvent}") - most;
        transaction.Execute(CountDroppedSql, ("@before", UnixTime.ToMicroseconds(before)), ("@least", least));
        transaction.Execute(DropSql, ("@before", UnixTime.ToMicroseconds(before)), ("@least", least));
        transaction.Execute(DoneSql);
    }
}
