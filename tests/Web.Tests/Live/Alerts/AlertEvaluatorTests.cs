using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Tests.Components;

namespace TdxDash.Web.Tests.Live.Alerts;

public sealed class AlertEvaluatorTests
{
    private readonly AlertEvaluator _evaluator = new();
    private readonly List<AlertSilence> _silences = [];
    private TimeSpan _uptime = TimeSpan.FromHours(1);
    private DateTimeOffset _now = Samples.Now;
    private TimeSpan? _unheard = TimeSpan.Zero;

    [Theory]
    [InlineData(13, AlertLevel.Raised)]
    [InlineData(12, AlertLevel.Clear)]
    public void Level_ReservedAreas_IsHeldAgainstBothThresholds(int peak, AlertLevel level) =>
        Assert.Equal(level, LevelOf(AlertKind.ReservedAreas, summary => summary with { PeakReserved = Reading.Known(peak, Provenance.Computed, "layout") }));

    [Theory]
    [InlineData(58, AlertLevel.Raised)]
    [InlineData(57, AlertLevel.Between)]
    [InlineData(51, AlertLevel.Clear)]
    public void Level_Tdmrs_HasABandInWhichNothingChanges(int tdmrs, AlertLevel level) =>
        Assert.Equal(level, LevelOf(AlertKind.Tdmrs, summary => summary with { Tdmrs = Reading.Known(tdmrs, Provenance.Computed, "layout") }));

    [Theory]
    [InlineData(29, AlertLevel.Raised)]
    [InlineData(28, AlertLevel.Between)]
    [InlineData(27, AlertLevel.Clear)]
    public void Level_KeyIds_AreBadWhenFew(long used, AlertLevel level) =>
        Assert.Equal(level, LevelOf(AlertKind.KeyIdsFree, summary => summary with { KeyIdsInUse = Reading.Known(used, Provenance.Kernel, "misc.current") }));

    [Theory]
    [InlineData("EMR:1.5.09", AlertLevel.Raised)]
    [InlineData("EMR:1.5.08", AlertLevel.Clear)]
    [InlineData("GNR:2.0.14", AlertLevel.Clear)]
    [InlineData("", AlertLevel.Clear)]
    public void Level_Version_IsHeldAgainstItsOwnFamilyAlone(string policy, AlertLevel level)
    {
        AlertRule rule = Rule(AlertKind.ModuleVersion) with { Least = VersionPolicy.Parse(policy).Policy! };
        Assert.Equal(level, AlertSignal.Level(rule, Subject(FleetSamples.Host("a"))));
    }

    [Fact]
    public void Level_Mismatch_NeedsBothFigures()
    {
        Assert.Equal(AlertLevel.Unknown, LevelOf(AlertKind.PamtMismatch, summary => summary));
        Assert.Equal(AlertLevel.Clear, LevelOf(AlertKind.PamtMismatch, summary => summary with { ComputedPamt = summary.Pamt }));
        Assert.Equal(AlertLevel.Raised, LevelOf(AlertKind.PamtMismatch, summary => summary with { ComputedPamt = Reading.Known(new ByteSize(4096), Provenance.Computed, "layout") }));
    }

    [Fact]
    public void Level_NotKnown_SaysSo() => Assert.Equal(AlertLevel.Unknown, LevelOf(AlertKind.ReservedAreas, summary => summary with { MaxReserved = FleetSamples.Unknown<int>() }));

    [Fact]
    public void Defaults_AreWhole_AndOneOfEachKind()
    {
        Assert.All(DefaultRules.All, rule => Assert.Null(rule.Problem()));
        Assert.Equal(Enum.GetValues<AlertKind>(), DefaultRules.All.Select(rule => rule.Kind));
        Assert.All(DefaultRules.All, rule => Assert.True(rule.IsOn && !rule.TellsEmulated));
    }

    [Fact]
    public void Look_ReadyHostThatIsNoMore_FiresAfterItsTimeAndNotForOnesThatNeverWere()
    {
        AlertRule rule = Rule(AlertKind.ReadinessLost);
        Assert.Equal(["was"], Look([rule], FleetSamples.Host("was"), FleetSamples.Host("never", TdxState.NotInitialized)).Ready);

        FleetHost[] after = [FleetSamples.Host("was", TdxState.NotInitialized), FleetSamples.Host("never", TdxState.NotInitialized)];
        Assert.Empty(Look([rule], after).Changes);
        Wait(TimeSpan.FromMinutes(10));
        AlertChange fired = Assert.Single(Look([rule], after).Changes);

        Assert.Equal((AlertChangeKind.Fired, "was", true), (fired.Kind, fired.Alert.HostId, fired.Alert.IsTold));
        Assert.Contains("not initialised", fired.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_ReadyHostOfWhichNothingTellsAnyMore_IsNoLoss()
    {
        AlertRule rule = Rule(AlertKind.ReadinessLost);
        Look([rule], FleetSamples.Host("was"));
        FleetHost unknown = FleetSamples.Host("was", TdxState.NotInitialized,
            with: summary => summary with { StateReason = "The TDX module is not initialised, or it is not known: nothing tells of initialisation (/dev/kmsg)" });

        Look([rule], unknown);
        Wait(TimeSpan.FromMinutes(20));

        Assert.Empty(Look([rule], unknown).Changes);
    }

    [Fact]
    public void Look_AfterAStart_NobodyIsCalledSilentUntilProbesHadTheirTime()
    {
        AlertRule rule = Rule(AlertKind.HostSilent) with { RaiseFor = TimeSpan.Zero };
        FleetHost[] hosts = [.. Enumerable.Range(0, 100).Select(i => FleetSamples.Host($"h{i}", secondsAgo: 86_400))];
        (_uptime, _unheard) = (TimeSpan.Zero, null);

        Assert.Empty(Look([rule], hosts).Changes);
        Wait(AlertSignal.Settling);
        Assert.Empty(Look([rule], hosts).Changes);
        Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Look([rule], hosts).Changes.Count);
    }

    [Fact]
    public void Look_SilentBeforeARestart_GoesOnUntilItIsHeardAndIsNotToldAgain()
    {
        AlertRule rule = Rule(AlertKind.HostSilent) with { ClearFor = TimeSpan.Zero };
        _evaluator.Load([new LiveAlert(rule, "a", AlertTrack.Fires(TimeSpan.Zero), _now, _now, IsTold: true)], []);
        (_uptime, _unheard) = (TimeSpan.Zero, null);

        Assert.Empty(Look([rule], FleetSamples.Host("a")).Changes);
        Wait(TimeSpan.FromMinutes(30));
        Assert.Empty(Look([rule], FleetSamples.Host("a")).Changes);
        _unheard = TimeSpan.FromSeconds(1);
        Assert.Equal(AlertChangeKind.Resolved, Assert.Single(Look([rule], FleetSamples.Host("a")).Changes).Kind);
    }

    [Fact]
    public void Look_WallClockSetByYears_NeitherFiresNorResolves()
    {
        AlertRule[] rules = [.. DefaultRules.All.Select((rule, i) => rule with { Id = i + 1 })];
        FleetHost high = High("a");
        Look(rules, high);

        _now += TimeSpan.FromDays(3_650);
        Assert.Empty(Look(rules, high).Changes);
        _now -= TimeSpan.FromDays(7_300);
        Assert.Empty(Look(rules, high).Changes);
        Wait(TimeSpan.FromMinutes(1));
        Assert.Single(Look(rules, high).Changes);
    }

    [Fact]
    public void Look_Silenced_FiresUntoldAndIsToldWhenTheSilenceEnds()
    {
        AlertRule rule = Rule(AlertKind.ReservedAreas) with { RaiseFor = TimeSpan.Zero };
        FleetHost high = High("a", FleetSamples.Labels("lab", "bios"));
        Assert.True(LabelText.TryParse("bios", out LabelText tag));
        _silences.Add(new AlertSilence { Tag = tag, Reason = "update", Until = _now.AddMinutes(5) });

        Assert.False(Assert.Single(Look([rule], high).Changes).Alert.IsTold);
        Wait(TimeSpan.FromMinutes(5));
        AlertChange told = Assert.Single(Look([rule], high).Changes);

        Assert.Equal((AlertChangeKind.Told, true), (told.Kind, told.Alert.IsTold));
        Assert.Empty(Look([rule], high).Changes);
    }

    [Fact]
    public void Look_DemoHost_FiresAndIsToldOnlyWhereTheRuleSaysSo()
    {
        AlertRule quiet = Rule(AlertKind.ReservedAreas) with { RaiseFor = TimeSpan.Zero };
        AlertRule loud = quiet with { Id = 2, TellsEmulated = true };
        FleetHost demo = FleetSamples.Host("a", origin: Origin.Demo, with: summary => summary with { PeakReserved = Reading.Known(15, Provenance.Emulated, "layout") });

        Assert.Equal([false, true], Look([quiet, loud], demo).Changes.Select(change => change.Alert.IsTold));
        Assert.Equal(Provenance.Emulated, AlertSignal.Source(quiet, demo));
    }

    [Fact]
    public void Look_RuleSwitchedOffOrForAnotherGroup_EndsItsAlerts()
    {
        AlertRule rule = Rule(AlertKind.ReservedAreas) with { RaiseFor = TimeSpan.Zero };
        AlertRule other = rule with { Id = 2 };
        FleetHost high = High("a", FleetSamples.Labels("lab"));
        Assert.True(LabelText.TryParse("elsewhere", out LabelText group));
        Look([rule, other], high);

        AlertFindings after = Look([rule with { IsOn = false }, other with { Group = group }], high);

        Assert.Equal([AlertChangeKind.Resolved, AlertChangeKind.Resolved], after.Changes.Select(change => change.Kind));
        Assert.Empty(_evaluator.Live);
    }

    [Fact]
    public void EndGone_HostLeftTheFleet_EndsItsAlertsAndNoOthers()
    {
        AlertRule rule = Rule(AlertKind.ReservedAreas) with { RaiseFor = TimeSpan.Zero };
        Look([rule], High("a"), High("b"));

        AlertChange ended = Assert.Single(_evaluator.EndGone(hostId => hostId == "b", Moment()).Changes);

        Assert.Equal(("a", AlertChangeKind.Resolved), (ended.Alert.HostId, ended.Kind));
        Assert.Equal("b", Assert.Single(_evaluator.Live).HostId);
    }

    [Fact]
    public void Look_OneRuleEndsAsAnotherBegins_NeitherIsLost()
    {
        AlertRule over = Rule(AlertKind.ReservedAreas) with { RaiseFor = TimeSpan.Zero, ClearFor = TimeSpan.Zero };
        AlertRule begins = Rule(AlertKind.Tdmrs) with { Id = 2, RaiseFor = TimeSpan.Zero };
        FleetHost later = FleetSamples.Host("a", with: summary => summary with { Tdmrs = Reading.Known(60, Provenance.Computed, "layout") });
        Look([over, begins], High("a"));

        Assert.Equal([AlertChangeKind.Resolved, AlertChangeKind.Fired], Look([over, begins], later).Changes.Select(change => change.Kind));
        Assert.Equal(AlertKind.Tdmrs, Assert.Single(_evaluator.Live).Rule.Kind);
        Assert.Empty(Look([over, begins], later).Changes);
    }

    private static FleetHost High(string name, HostLabels? labels = null) =>
        FleetSamples.Host(name, labels: labels, with: summary => summary with { PeakReserved = Reading.Known(15, Provenance.Computed, "layout") });

    private static AlertRule Rule(AlertKind kind) => DefaultRules.All.Single(rule => rule.Kind == kind) with { Id = 1 };

    private AlertLevel LevelOf(AlertKind kind, Func<HostSummary, HostSummary> with) => AlertSignal.Level(Rule(kind), Subject(FleetSamples.Host("a", with: with)));

    private AlertSubject Subject(FleetHost host) => new(host, _unheard, _uptime, WasReady: true);

    private AlertFindings Look(AlertRule[] rules, params FleetHost[] hosts) => _evaluator.Look(rules, hosts, Moment());

    private AlertMoment Moment() => new(_uptime, _now, _ => _unheard, _silences);

    private void Wait(TimeSpan time) => (_uptime, _now) = (_uptime + time, _now + time);
}
