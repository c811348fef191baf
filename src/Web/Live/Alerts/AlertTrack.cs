namespace TdxDash.Web.Live.Alerts;

/// <summary>How far an alert of one rule and host has come.</summary>
public enum AlertStage
{
    /// <summary>There is none.</summary>
    Inactive,

    /// <summary>The condition holds, but not for long enough yet.</summary>
    Pending,

    /// <summary>It fires.</summary>
    Firing,

    /// <summary>It fires, and the condition is over, but not for long enough yet.</summary>
    Resolving,
}

/// <summary>What a step brought about.</summary>
public enum AlertTurn
{
    /// <summary>Nothing that anybody is told.</summary>
    None,

    /// <summary>The alert fires from now on.</summary>
    Fired,

    /// <summary>The alert is over.</summary>
    Resolved,
}

/// <summary>The state machine of one rule and host. It asks no clock: times are those of a monotonic one, so that no setting of the wall clock fires or resolves anything.</summary>
/// <param name="Stage">How far it has come.</param>
/// <param name="Since">When it came there.</param>
/// <param name="IsFading">Whether it resolves because the host does not say any more, and not because it is well.</param>
public readonly record struct AlertTrack(AlertStage Stage, TimeSpan Since, bool IsFading = false)
{
    /// <summary>How long a host may not say before its alert is taken for over: what is not known is no proof that all is well.</summary>
    public static readonly TimeSpan UnknownFor = TimeSpan.FromHours(1);

    /// <summary>An alert that fires already, as after a restart.</summary>
    public static AlertTrack Fires(TimeSpan now) => new(AlertStage.Firing, now);

    /// <summary>Whether it fires.</summary>
    public bool IsFiring => Stage is AlertStage.Firing or AlertStage.Resolving;

    /// <summary>The next step.</summary>
    /// <param name="level">Where the host stands.</param>
    /// <param name="rule">The rule, for its times.</param>
    /// <param name="now">The monotonic clock; never less than at the step before.</param>
    public (AlertTrack Next, AlertTurn Turn) Step(AlertLevel level, AlertRule rule, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return IsFiring ? FromFiring(level, rule, now) : FromQuiet(level, rule, now);
    }

    private (AlertTrack Next, AlertTurn Turn) FromQuiet(AlertLevel level, AlertRule rule, TimeSpan now)
    {
        // Without a break: what falls back between the thresholds begins anew.
        if (level != AlertLevel.Raised)
        {
            return (default, AlertTurn.None);
        }

        TimeSpan since = Stage == AlertStage.Pending ? Since : now;
        return now - since >= rule.RaiseFor ? (Fires(now), AlertTurn.Fired) : (new AlertTrack(AlertStage.Pending, since), AlertTurn.None);
    }

    private (AlertTrack Next, AlertTurn Turn) FromFiring(AlertLevel level, AlertRule rule, TimeSpan now)
    {
        if (level is AlertLevel.Raised or AlertLevel.Between)
        {
            return (Stage == AlertStage.Firing ? this : Fires(now), AlertTurn.None);
        }

        bool isFading = level == AlertLevel.Unknown;
        TimeSpan since = Stage == AlertStage.Resolving && IsFading == isFading ? Since : now;
        TimeSpan needed = isFading && rule.ClearFor < UnknownFor ? UnknownFor : rule.ClearFor;
        return now - since >= needed ? (default, AlertTurn.Resolved) : (new AlertTrack(AlertStage.Resolving, since, isFading), AlertTurn.None);
    }
}
