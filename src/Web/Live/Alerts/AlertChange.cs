using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Alerts;

/// <summary>An alert that is pending or fires, of one rule and host.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="HostId">The host.</param>
/// <param name="Track">How far it has come.</param>
/// <param name="Since">When the condition began to hold, by the dashboard's clock; when it fired, of one that was loaded from the store.</param>
/// <param name="FiredAt">When it fired; null while it is pending.</param>
/// <param name="IsTold">Whether targets were told that it began.</param>
public sealed record LiveAlert(AlertRule Rule, string HostId, AlertTrack Track, DateTimeOffset Since, DateTimeOffset? FiredAt = null, bool IsTold = false);

/// <summary>What became of an alert.</summary>
public enum AlertChangeKind
{
    /// <summary>It fires from now on.</summary>
    Fired,

    /// <summary>It fired before, and targets are to be told now: a silence ended.</summary>
    Told,

    /// <summary>It is over.</summary>
    Resolved,
}

/// <summary>A change of an alert, to be stored.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Alert">The alert; of one that is over, as it was before.</param>
/// <param name="Host">The host; null where it is gone.</param>
/// <param name="At">When, by the dashboard's clock.</param>
/// <param name="Text">What there is to say, in a sentence.</param>
public sealed record AlertChange(AlertChangeKind Kind, LiveAlert Alert, FleetHost? Host, DateTimeOffset At, string Text);

/// <summary>What a look at some hosts brought about.</summary>
/// <param name="Changes">Changes of alerts, in order.</param>
/// <param name="Ready">Hosts that are ready for TDX for the first time.</param>
public sealed record AlertFindings(IReadOnlyList<AlertChange> Changes, IReadOnlyList<string> Ready)
{
    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => Changes.Count == 0 && Ready.Count == 0;
}

/// <summary>The clocks and the silences at one look.</summary>
/// <param name="Uptime">How long the dashboard runs, by the monotonic clock: what all durations are measured by.</param>
/// <param name="Now">The wall clock: what is shown and stored, and what silences end by.</param>
/// <param name="Unheard">How long a host was not heard of, by the monotonic clock; null where it was not since the start.</param>
/// <param name="Silences">The silences.</param>
public sealed record AlertMoment(TimeSpan Uptime, DateTimeOffset Now, Func<FleetHost, TimeSpan?> Unheard, IReadOnlyList<AlertSilence> Silences);
