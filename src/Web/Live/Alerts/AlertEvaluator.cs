using TdxDash.Tdx.Readiness;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Holds every host against every rule and remembers how far each alert has come. It does no input and no output, asks no clock, and is used by one thread at a time.</summary>
public sealed class AlertEvaluator
{
    // By host, of which nearly all have none.
    private readonly Dictionary<string, List<LiveAlert>> _live = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ready = new(StringComparer.Ordinal);

    /// <summary>Rises whenever any alert began, went on to another stage or ended.</summary>
    public long Version { get; private set; }

    /// <summary>Every alert that is pending or fires, in no order.</summary>
    public IEnumerable<LiveAlert> Live => _live.Values.SelectMany(alerts => alerts);

    /// <summary>Takes in what was stored: alerts that fire, which are not told again, and hosts that ever were ready.</summary>
    public void Load(IEnumerable<LiveAlert> firing, IEnumerable<string> ready)
    {
        ArgumentNullException.ThrowIfNull(firing);
        foreach (LiveAlert alert in firing)
        {
            ListOf(alert.HostId).Add(alert);
        }

        _ready.UnionWith(ready);
        Version++;
    }

    /// <summary>Looks at some hosts.</summary>
    /// <param name="rules">Every rule.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="moment">When; its monotonic clock is never behind that of the look before.</param>
    public AlertFindings Look(IReadOnlyList<AlertRule> rules, IEnumerable<FleetHost> hosts, AlertMoment moment)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(moment);
        var look = new Findings(moment);
        foreach (FleetHost host in hosts)
        {
            if (host.Summary.State is TdxState.Ready or TdxState.AtRisk && _ready.Add(host.Id))
            {
                look.Ready.Add(host.Id);
            }

            _live.TryGetValue(host.Id, out List<LiveAlert>? alerts);
            var subject = new AlertSubject(host, moment.Unheard(host), moment.Uptime, _ready.Contains(host.Id));
            for (int i = 0; i < rules.Count; i++)
            {
                if (IsFor(rules[i], host))
                {
                    alerts = Step(rules[i], subject, alerts, look);
                }
            }

            EndWithoutRule(rules, host, alerts, look);
        }

        return look.Done();
    }

    /// <summary>Ends the alerts of hosts that the fleet does not have any more.</summary>
    public AlertFindings EndGone(Func<string, bool> isKnown, AlertMoment moment)
    {
        ArgumentNullException.ThrowIfNull(isKnown);
        var look = new Findings(moment);
        foreach (string hostId in _live.Keys.Where(hostId => !isKnown(hostId)).ToArray())
        {
            foreach (LiveAlert alert in _live[hostId].ToArray())
            {
                End(alert, null, "The host is not in the fleet any more.", look);
            }
        }

        return look.Done();
    }

    private static bool IsFor(AlertRule rule, FleetHost host) => rule.IsOn && (rule.Group is null || rule.Group == host.Labels.Group);

    private List<LiveAlert>? Step(AlertRule rule, in AlertSubject subject, List<LiveAlert>? alerts, Findings look)
    {
        AlertLevel level = AlertSignal.Level(rule, subject);
        if (level != AlertLevel.Raised && alerts is not { Count: > 0 })
        {
            return alerts;
        }

        int place = alerts?.FindIndex(alert => alert.Rule.Id == rule.Id) ?? -1;
        if (place < 0 && level != AlertLevel.Raised)
        {
            return alerts;
        }

        AlertMoment moment = look.Moment;
        FleetHost host = subject.Host;
        LiveAlert before = place < 0 ? new LiveAlert(rule, host.Id, default, moment.Now) : alerts![place];
        (AlertTrack next, AlertTurn turn) = before.Track.Step(level, rule, moment.Uptime);
        if (next.Stage == AlertStage.Inactive)
        {
            string end = before.Track.IsFading ? $"Taken for over: the host does not say any more. {AlertSignal.Text(rule, host)}" : AlertSignal.Text(rule, host);
            End(before, host, end, look);
            return alerts;
        }

        LiveAlert after = before with { Rule = rule, Track = next, FiredAt = turn == AlertTurn.Fired ? moment.Now : before.FiredAt };
        after = after with { IsTold = before.IsTold || (next.Stage == AlertStage.Firing && Tells(rule, host, moment)) };
        if (turn == AlertTurn.Fired || after.IsTold != before.IsTold)
        {
            look.Changes.Add(new AlertChange(turn == AlertTurn.Fired ? AlertChangeKind.Fired : AlertChangeKind.Told, after, host, moment.Now, AlertSignal.Text(rule, host)));
        }

        Put(after, before, place, ref alerts);
        return alerts;
    }

    private void Put(LiveAlert after, LiveAlert before, int place, ref List<LiveAlert>? alerts)
    {
        if (place >= 0)
        {
            Version += after == before ? 0 : 1;
            alerts![place] = after;
            return;
        }

        Version++;
        // The list that was looked at may have gone with its last alert.
        alerts = ListOf(after.HostId);
        alerts.Add(after);
    }

    // A rule that was switched off, was removed, or is for another group by now has no alerts.
    private void EndWithoutRule(IReadOnlyList<AlertRule> rules, FleetHost host, List<LiveAlert>? alerts, Findings look)
    {
        for (int i = (alerts?.Count ?? 0) - 1; i >= 0; i--)
        {
            LiveAlert alert = alerts![i];
            if (!rules.Any(rule => rule.Id == alert.Rule.Id && IsFor(rule, host)))
            {
                End(alert, host, "The rule does not look at the host any more: it was switched off, removed, or is for another group.", look);
            }
        }
    }

    private void End(LiveAlert alert, FleetHost? host, string text, Findings look)
    {
        if (_live.TryGetValue(alert.HostId, out List<LiveAlert>? alerts) && alerts.RemoveAll(known => known.Rule.Id == alert.Rule.Id) > 0)
        {
            Version++;
            if (alerts.Count == 0)
            {
                _live.Remove(alert.HostId);
            }
        }

        if (alert.Track.IsFiring)
        {
            look.Changes.Add(new AlertChange(AlertChangeKind.Resolved, alert, host, look.Moment.Now, text));
        }
    }

    private static bool Tells(AlertRule rule, FleetHost host, AlertMoment moment) => (rule.TellsEmulated || !host.Figures.IsEmulated)
        && !moment.Silences.Any(silence => silence.Covers(rule.Id, host.Id, host.Labels, moment.Now));

    private List<LiveAlert> ListOf(string hostId) => _live.TryGetValue(hostId, out List<LiveAlert>? alerts) ? alerts : _live[hostId] = [];

    private sealed class Findings(AlertMoment moment)
    {
        public AlertMoment Moment => moment;

        public List<AlertChange> Changes { get; } = [];

        public List<string> Ready { get; } = [];

        public AlertFindings Done() => new(Changes, Ready);
    }
}
