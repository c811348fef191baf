using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Store.Alerts;

/// <summary>Reads rules, silences, targets and alerts.</summary>
internal sealed class AlertReader(StoreEngine store)
{
    private const string RulesSql = """
        SELECT id AS Id, name AS Name, kind AS Kind, severity AS Severity, is_on AS IsOn, raise_at AS Raise, clear_at AS Clear, raise_for_s AS RaiseFor, clear_for_s AS ClearFor,
            group_name AS GroupName, least AS Least, tells_emulated AS TellsEmulated
        FROM alert_rules WHERE is_removed = 0 ORDER BY id
        """;

    private const string SilencesSql = """
        SELECT id AS Id, host_id AS HostId, group_name AS GroupName, tag AS Tag, rule AS RuleId, reason AS Reason, author AS Author, from_us AS FromUs, until_us AS Until
        FROM alert_silences WHERE until_us > @now ORDER BY until_us, id
        """;

    private const string TargetsSql = """
        SELECT id AS Id, name AS Name, kind AS Kind, is_on AS IsOn, is_from_settings AS IsFromSettings, address AS Address, sender AS Sender, recipients AS Recipients,
            user_name AS User, secret AS Secret, first_event AS FirstEvent, sent_at_us AS SentAt, failure AS Failure, failed_at_us AS FailedAt, dropped AS Dropped
        FROM alert_targets ORDER BY name
        """;

    internal const string PastSql = $"{AlertColumns} WHERE a.resolved_at_us IS NOT NULL AND a.resolved_at_us > @since ORDER BY a.resolved_at_us DESC LIMIT @most";

    private const string OpenSql = $"{AlertColumns} WHERE a.resolved_at_us IS NULL";

    private const string AlertColumns = """
        SELECT a.id AS Id, a.rule AS RuleId, r.name AS RuleName, r.severity AS Severity, r.kind AS Kind, a.host_id AS HostId, a.host_name AS HostName, a.group_name AS GroupName,
            a.family AS Family, a.origin AS Origin, a.is_emulated AS IsEmulated, a.fired_at_us AS FiredAt, a.resolved_at_us AS ResolvedAt, a.is_told AS IsTold, a.value AS Value,
            a.source AS Source, a.text AS Text, a.end_text AS EndText
        FROM alerts a JOIN alert_rules r ON r.id = a.rule
        """;

    // Streams that wait, each with its place: what a target is to be told of one rule.
    internal const string WaitingSql = """
        SELECT e.rule AS RuleId, max(@first, coalesce(c.sent, 0)) AS Sent, count(*) AS Waiting, min(e.at_us) AS OldestAt
        FROM alert_events e LEFT JOIN alert_cursors c ON c.target = @target AND c.rule = e.rule
        WHERE e.id > max(@first, coalesce(c.sent, 0))
        GROUP BY e.rule, c.sent ORDER BY min(e.id)
        """;

    internal const string EventsSql = $"""
        SELECT g.EventId, w.* FROM (SELECT max(e.id) AS EventId, e.alert AS Alert FROM alert_events e WHERE e.rule = @rule AND e.id > @sent GROUP BY e.alert) g
        JOIN ({AlertColumns}) w ON w.Id = g.Alert ORDER BY g.EventId LIMIT @most
        """;

    /// <summary>Every rule.</summary>
    public ImmutableArray<AlertRule> Rules()
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<RuleRow>(RulesSql).Select(row => row.ToRule()).OfType<AlertRule>()];
    }

    /// <summary>Whether there ever was a rule.</summary>
    public bool HasHadRules()
    {
        using DbConnection connection = store.OpenReader();
        return connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM alert_rules)");
    }

    /// <summary>The silences that are not over.</summary>
    public ImmutableArray<AlertSilence> Silences(DateTimeOffset now)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<SilenceRow>(SilencesSql, new { now = UnixTime.ToMicroseconds(now) }).Select(row => row.ToSilence())];
    }

    /// <summary>Every target.</summary>
    public ImmutableArray<AlertTarget> Targets()
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<TargetRow>(TargetsSql).Select(row => row.ToTarget()).OfType<AlertTarget>()];
    }

    /// <summary>The alerts that fire.</summary>
    public IReadOnlyList<StoredAlert> Open() => Query(OpenSql, new { });

    /// <summary>The alerts that were resolved, the last first.</summary>
    public IReadOnlyList<StoredAlert> Past(DateTimeOffset since, int most) => Query(PastSql, new { since = UnixTime.ToMicroseconds(since), most });

    /// <summary>Hosts that ever were ready for TDX.</summary>
    public IReadOnlyList<string> Ready()
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<string>("SELECT host_id FROM hosts WHERE was_ready = 1").AsList();
    }

    /// <summary>What a target is still to be told, by rule; the stream that waits longest first.</summary>
    public IReadOnlyList<WaitingStream> Waiting(AlertTarget target)
    {
        using DbConnection connection = store.OpenReader();
        // As a tuple: where nothing waits, SQLite names no types, and a record would find no constructor.
        return [.. connection.Query<(long Rule, long Sent, long Waiting, long OldestAt)>(WaitingSql, new { target = target.Id, first = target.FirstEvent })
            .Select(row => new WaitingStream(row.Rule, row.Sent, row.Waiting, row.OldestAt))];
    }

    /// <summary>The next alerts of a stream, each once, with its last event.</summary>
    public IReadOnlyList<StoredAlert> Events(WaitingStream stream, int most) => Query(EventsSql, new { rule = stream.RuleId, sent = stream.Sent, most });

    private List<StoredAlert> Query(string sql, object values)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<AlertRow>(sql, values).Select(row => row.ToAlert())];
    }

    private sealed record RuleRow(long Id, string Name, string Kind, string Severity, long IsOn, double Raise, double Clear, long RaiseFor, long ClearFor, string? GroupName, string Least, long TellsEmulated)
    {
        // A kind that a newer version knows is left alone.
        public AlertRule? ToRule() => !AlertKinds.Words.TryGetValue(Kind, out AlertKind kind) ? null : new AlertRule
        {
            Id = Id,
            Name = Name,
            Kind = kind,
            Severity = AlertKinds.Severities.GetValueOrDefault(Severity),
            IsOn = IsOn != 0,
            Raise = Raise,
            Clear = Clear,
            RaiseFor = TimeSpan.FromSeconds(RaiseFor),
            ClearFor = TimeSpan.FromSeconds(ClearFor),
            Group = Label(GroupName),
            Least = VersionPolicy.Parse(Least).Policy ?? VersionPolicy.None,
            TellsEmulated = TellsEmulated != 0,
        };
    }

    private sealed record SilenceRow(long Id, string? HostId, string? GroupName, string? Tag, long? RuleId, string Reason, string Author, long FromUs, long Until)
    {
        public AlertSilence ToSilence() => new()
        {
            Id = Id,
            HostId = HostId,
            Group = Label(GroupName),
            Tag = Label(Tag),
            RuleId = RuleId,
            Reason = Reason,
            Author = Author,
            From = UnixTime.FromMicroseconds(FromUs),
            Until = UnixTime.FromMicroseconds(Until),
        };
    }

    private sealed record TargetRow(long Id, string Name, string Kind, long IsOn, long IsFromSettings, string Address, string Sender, string Recipients, string User, string? Secret,
        long FirstEvent, long? SentAt, string? Failure, long? FailedAt, long Dropped)
    {
        public AlertTarget? ToTarget() => !AlertTarget.Kinds.TryGetValue(Kind, out AlertTargetKind kind) ? null : new AlertTarget
        {
            Id = Id,
            Draft = new TargetDraft(Name, kind, Address, Sender, Recipients, User),
            IsOn = IsOn != 0,
            IsFromSettings = IsFromSettings != 0,
            ProtectedSecret = Secret,
            FirstEvent = FirstEvent,
            SentAt = Time(SentAt),
            Failure = Failure,
            FailedAt = Time(FailedAt),
            Dropped = Dropped,
        };
    }

    private sealed class AlertRow
    {
        public long EventId { get; set; }

        public long Id { get; set; }

        public long RuleId { get; set; }

        public string RuleName { get; set; } = "";

        public string Severity { get; set; } = "";

        public string Kind { get; set; } = "";

        public string HostId { get; set; } = "";

        public string HostName { get; set; } = "";

        public string? GroupName { get; set; }

        public string Family { get; set; } = "";

        public long Origin { get; set; }

        public long IsEmulated { get; set; }

        public long FiredAt { get; set; }

        public long? ResolvedAt { get; set; }

        public long IsTold { get; set; }

        public double? Value { get; set; }

        public string Source { get; set; } = "";

        public string Text { get; set; } = "";

        public string? EndText { get; set; }

        public StoredAlert ToAlert() => new()
        {
            EventId = EventId,
            Id = Id,
            RuleId = RuleId,
            RuleName = RuleName,
            Severity = AlertKinds.Severities.GetValueOrDefault(Severity),
            Kind = AlertKinds.Words.TryGetValue(Kind, out AlertKind kind) ? kind : AlertKind.ReadinessLost,
            HostId = HostId,
            HostName = HostName,
            Group = Label(GroupName),
            Family = Family,
            Origin = (Origin)Origin,
            IsEmulated = IsEmulated != 0,
            FiredAt = UnixTime.FromMicroseconds(FiredAt),
            ResolvedAt = Time(ResolvedAt),
            IsTold = IsTold != 0,
            Value = Value,
            Source = Source,
            Text = Text,
            EndText = EndText ?? "",
        };
    }

    private static LabelText? Label(string? text) => LabelText.TryParse(text, out LabelText label) ? label : null;

    private static DateTimeOffset? Time(long? microseconds) => microseconds is { } at ? UnixTime.FromMicroseconds(at) : null;
}
