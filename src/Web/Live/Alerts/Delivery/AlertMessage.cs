using System.Text.Json.Serialization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>The host of an alert, as it was when the alert fired.</summary>
/// <param name="Id">The host's identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">Its group; null for none.</param>
/// <param name="CpuFamily">Its CPU family.</param>
/// <param name="Origin"><c>live</c>, <c>file</c> or <c>demo</c>.</param>
/// <param name="Emulated">Whether it is a demo host or its values come from an emulated module.</param>
public sealed record MessageHost(string Id, string Name, string? Group, string CpuFamily, string Origin, bool Emulated);

/// <summary>One alert in a message.</summary>
/// <param name="Id">The same in every message about it.</param>
/// <param name="Status"><c>firing</c> or <c>resolved</c>.</param>
/// <param name="StartsAt">When it fired.</param>
/// <param name="EndsAt">When it was over; null while it fires.</param>
/// <param name="Host">The host.</param>
/// <param name="Value">The figure when it fired: a share as 0.8 for 80 %, or a count of KeyIDs; null for rules without thresholds.</param>
/// <param name="Source">Where what the rule looks at comes from: <c>read</c>, <c>kernel</c>, <c>computed</c>, <c>hypothetical</c>, <c>emulated</c>, <c>reported by file</c>.</param>
/// <param name="Text">What there is to say, in a sentence.</param>
/// <param name="Url">The host's page; null where the dashboard does not know its own address.</param>
public sealed record MessageAlert(long Id, string Status, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, MessageHost Host, double? Value, string Source, string Text, string? Url);

/// <summary>What a target is told: alerts of one rule. Its JSON is a webhook's body; members are only ever added.</summary>
/// <param name="Schema">Always <see cref="CurrentSchema"/>.</param>
/// <param name="Test">Whether it is a test, which concerns no host.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Kind">What the rule looks at, by <see cref="AlertKinds.Words"/>.</param>
/// <param name="Severity"><c>warning</c> or <c>critical</c>.</param>
/// <param name="Title">What the rule looks at, for people.</param>
/// <param name="Status"><c>firing</c> when any of the alerts fires, else <c>resolved</c>.</param>
/// <param name="Url">The page of the rule's alerts; null where the dashboard does not know its own address.</param>
/// <param name="Alerts">The alerts, each host once.</param>
public sealed record AlertMessage(string Schema, bool Test, string Rule, string Kind, string Severity, string Title, string Status, string? Url, IReadOnlyList<MessageAlert> Alerts)
{
    /// <summary>The schema of this version.</summary>
    public const string CurrentSchema = "tdxdash.alerts/1";

    /// <summary>The status of an alert that fires.</summary>
    public const string Firing = "firing";

    /// <summary>The status of an alert that is over.</summary>
    public const string Resolved = "resolved";

    /// <summary>Makes a message of alerts of one rule.</summary>
    /// <param name="alerts">The alerts; at least one.</param>
    /// <param name="link">The dashboard's address for people; null for none.</param>
    public static AlertMessage Of(IReadOnlyList<StoredAlert> alerts, Uri? link)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        StoredAlert first = alerts[0];
        return new AlertMessage(CurrentSchema, false, first.RuleName, AlertKinds.Word(first.Kind), AlertKinds.Word(first.Severity), AlertKinds.Title(first.Kind),
            alerts.Any(alert => alert.ResolvedAt is null) ? Firing : Resolved, link is null ? null : new Uri(link, $"alerts?rule={first.RuleName}").ToString(),
            [.. alerts.Select(alert => Alert(alert, link))]);
    }

    /// <summary>A test message.</summary>
    /// <param name="now">The dashboard's clock.</param>
    /// <param name="link">The dashboard's address for people; null for none.</param>
    public static AlertMessage TestAt(DateTimeOffset now, Uri? link) => new(CurrentSchema, true, "test", "test", AlertKinds.Word(AlertSeverity.Warning), "a test from TdxDash", Firing,
        link is null ? null : new Uri(link, "alerts").ToString(),
        [new MessageAlert(0, Firing, now, null, new MessageHost("", "no host", null, "", "none", false), null, "", "This is a test of an alert target. No host is concerned, and nothing is to be done.", null)]);

    private static MessageAlert Alert(StoredAlert alert, Uri? link) => new(alert.Id, alert.ResolvedAt is null ? Firing : Resolved, alert.FiredAt, alert.ResolvedAt,
        new MessageHost(alert.HostId, alert.HostName, alert.Group?.ToString(), alert.Family, OriginWord(alert.Origin), alert.IsEmulated), alert.Value, alert.Source,
        alert.ResolvedAt is null ? alert.Text : alert.EndText, link is null ? null : new Uri(link, $"hosts/{alert.HostId}").ToString());

    private static string OriginWord(Origin origin) => origin switch { Origin.Demo => "demo", Origin.File => "file", _ => "live" };
}

/// <summary>The written form of messages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertMessage))]
[JsonSerializable(typeof(IReadOnlyList<AlertmanagerAlert>))]
internal sealed partial class MessageJson : JsonSerializerContext;

/// <summary>An alert as Alertmanager takes it (its OpenAPI, <c>postableAlert</c>).</summary>
/// <param name="Labels">What it is told apart by: always the same for one alert.</param>
/// <param name="Annotations">What there is to say.</param>
/// <param name="StartsAt">When it fired.</param>
/// <param name="EndsAt">When it was over; absent while it fires: Alertmanager then gives it an end by its own clock, which any later end replaces.</param>
/// <param name="GeneratorURL">Where to look; empty for nowhere.</param>
internal sealed record AlertmanagerAlert(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? EndsAt,
    [property: JsonPropertyName("generatorURL")] string GeneratorURL);
