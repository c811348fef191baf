using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.Alerts;

/// <summary>One time that a rule fired for a host, as it is stored. What is said of the host is what it was then.</summary>
public sealed record StoredAlert
{
    /// <summary>The number of its last event, when it was read from the outbox.</summary>
    internal long EventId { get; init; }

    /// <summary>The store's number: the alert's identity in messages.</summary>
    public required long Id { get; init; }

    /// <summary>The rule's number.</summary>
    public required long RuleId { get; init; }

    /// <summary>The rule's name.</summary>
    public required string RuleName { get; init; }

    /// <summary>How much it matters.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>What the rule looks at.</summary>
    public required AlertKind Kind { get; init; }

    /// <summary>The host.</summary>
    public required string HostId { get; init; }

    /// <summary>Its name.</summary>
    public required string HostName { get; init; }

    /// <summary>Its group; null for none.</summary>
    public LabelText? Group { get; init; }

    /// <summary>Its CPU family.</summary>
    public required string Family { get; init; }

    /// <summary>What kind of machine it is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>Whether it is a demo host or its values come from an emulated module.</summary>
    public required bool IsEmulated { get; init; }

    /// <summary>When it fired, by the dashboard's clock.</summary>
    public required DateTimeOffset FiredAt { get; init; }

    /// <summary>When it was over; null while it fires.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Whether targets were told that it began.</summary>
    public bool IsTold { get; init; }

    /// <summary>The figure that was held against the threshold; null without thresholds.</summary>
    public double? Value { get; init; }

    /// <summary>The word for where what the rule looks at comes from: <c>computed</c>, <c>emulated</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What there was to say when it fired.</summary>
    public required string Text { get; init; }

    /// <summary>What there was to say when it was over; empty while it fires.</summary>
    public string EndText { get; init; } = "";
}

/// <summary>What a target is still to be told of one rule.</summary>
/// <param name="RuleId">The rule's number.</param>
/// <param name="Sent">The last event that it was told of.</param>
/// <param name="Waiting">How many events wait.</param>
/// <param name="OldestAt">When the oldest of them was, in microseconds since 1970.</param>
internal sealed record WaitingStream(long RuleId, long Sent, long Waiting, long OldestAt);
