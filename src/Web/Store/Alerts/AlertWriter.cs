using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Store.Alerts;

/// <summary>Writes what rules found, and the outbox with it.</summary>
internal static class AlertWriter
{
    /// <summary>How long alerts that are over are kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private const int MaxText = 500;

    private const string ReadySql = "UPDATE hosts SET was_ready = 1 WHERE host_id = @host";

    // A change that was stored already, as when its acknowledgement got lost, changes nothing.
    private const string FiredSql = """
        INSERT INTO alerts (rule, host_id, host_name, group_name, family, origin, is_emulated, fired_at_us, is_told, value, source, text)
        VALUES (@rule, @host, @name, @group, @family, @origin, @emulated, @at, @told, @value, @source, @text) ON CONFLICT DO NOTHING
        """;

    private const string ToldSql = "UPDATE alerts SET is_told = 1 WHERE host_id = @host AND rule = @rule AND resolved_at_us IS NULL";

    // Before it is closed, while the open one can be found.
    private const string EventSql = """
        INSERT INTO alert_events (alert, rule, at_us)
        SELECT id, rule, @at FROM alerts WHERE host_id = @host AND rule = @rule AND resolved_at_us IS NULL AND is_told = 1 AND EXISTS (SELECT 1 FROM alert_targets WHERE is_on = 1)
        """;

    private const string ResolvedSql = "UPDATE alerts SET resolved_at_us = @at, end_text = @text WHERE host_id = @host AND rule = @rule AND resolved_at_us IS NULL";

    private const string TidySql = "DELETE FROM alerts WHERE resolved_at_us < @before";

    /// <summary>Writes changes, in order, and an event for each that targets are told.</summary>
    public static void Save(StoreTransaction transaction, AlertFindings findings)
    {
        foreach (string host in findings.Ready)
        {
            transaction.Execute(ReadySql, ("@host", host));
        }

        foreach (AlertChange change in findings.Changes)
        {
            Save(transaction, change);
        }
    }

    /// <summary>Removes alerts that have been over for long.</summary>
    public static void Tidy(StoreTransaction transaction, DateTimeOffset now) => transaction.Execute(TidySql, ("@before", UnixTime.ToMicroseconds(now - KeptFor)));

    private static void Save(StoreTransaction transaction, AlertChange change)
    {
        (long rule, string host, long at) = (change.Alert.Rule.Id, change.Alert.HostId, UnixTime.ToMicroseconds(change.At));
        switch (change.Kind)
        {
            case AlertChangeKind.Fired:
                Fire(transaction, change, at);
                break;
            case AlertChangeKind.Told:
                transaction.Execute(ToldSql, ("@host", host), ("@rule", rule));
                break;
            default:
                break;
        }

        if (change.Alert.IsTold)
        {
            transaction.Execute(EventSql, ("@host", host), ("@rule", rule), ("@at", at));
        }

        if (change.Kind == AlertChangeKind.Resolved)
        {
            transaction.Execute(ResolvedSql, ("@host", host), ("@rule", rule), ("@at", at), ("@text", Security.ShownText.Limit(change.Text, MaxText)));
        }
    }

    private static void Fire(StoreTransaction transaction, AlertChange change, long at)
    {
        (AlertRule rule, FleetHost host) = (change.Alert.Rule, change.Host!);
        transaction.Execute(
            FiredSql,
            ("@rule", rule.Id),
            ("@host", host.Id),
            ("@name", host.Summary.Name),
            ("@group", host.Labels.Group?.ToString()),
            ("@family", host.Summary.CpuFamily),
            ("@origin", (long)host.Summary.Origin),
            ("@emulated", host.Figures.IsEmulated ? 1L : 0L),
            ("@at", at),
            ("@told", change.Alert.IsTold ? 1L : 0L),
            ("@value", AlertSignal.Value(rule, host)),
            ("@source", ProvenanceWords.Word(AlertSignal.Source(rule, host))),
            ("@text", Security.ShownText.Limit(change.Text, MaxText)));
    }
}
