namespace TdxDash.Web.Live.Alerts;

/// <summary>Keeps alerts quiet for a time: they are shown, and nobody is told that they began. What is set of host, group, tag and rule has to match, all of it.</summary>
public sealed record AlertSilence
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReason = 300;

    /// <summary>The most silences at once.</summary>
    public const int MostSilences = 1_000;

    /// <summary>The longest silence.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The store's number; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>Only this host; null for any.</summary>
    public string? HostId { get; init; }

    /// <summary>Only hosts of this group; null for any.</summary>
    public LabelText? Group { get; init; }

    /// <summary>Only hosts with this tag; null for any.</summary>
    public LabelText? Tag { get; init; }

    /// <summary>Only this rule, by its number; null for any.</summary>
    public long? RuleId { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who.</summary>
    public string Author { get; init; } = "";

    /// <summary>Since when, by the dashboard's clock.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Until when, by the dashboard's clock.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Whether it keeps an alert quiet.</summary>
    public bool Covers(long ruleId, string hostId, HostLabels labels, DateTimeOffset now) => now < Until
        && (RuleId is null || RuleId == ruleId)
        && (HostId is null || HostId == hostId)
        && (Group is null || Group == labels.Group)
        && (Tag is not { } tag || labels.Tags.Contains(tag.ToString()));

    /// <summary>What is wrong with it and what to do; null when nothing is.</summary>
    public string? Problem(DateTimeOffset now)
    {
        return HostId is null && Group is null && Tag is null && RuleId is null ? "A silence names a host, a group, a tag or a rule: choose at least one."
            : Reason.Trim().Length is 0 or > MaxReason ? FormattableString.Invariant($"A silence has a reason of 1 to {MaxReason} characters: others will ask why.")
            : Until <= now ? "A silence ends in the future: choose a later end."
            : Until - now > Longest ? FormattableString.Invariant($"A silence lasts at most {Longest.TotalDays:0} d. To stop for good, switch the rule off.")
            : null;
    }
}
