using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Nodes;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Alerts;

public class AlertKeeperTests : IAsyncDisposable
{
    private readonly AlertHouse _house = new();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _house.DisposeAsync();
    }

    [Fact]
    public async Task Round_FirstStart_HasTheDefaultRulesOnceAndForAll()
    {
        await _house.PassAsync(TimeSpan.Zero);
        Assert.Equal(DefaultRules.All.Select(rule => rule.Name), _house.View.Rules.Select(rule => rule.Name));

        Assert.Null(await _house.Desk.RemoveRuleAsync(AlertHouse.Admin, _house.View.Rules[0].Id));
        await _house.RestartAsync();
        await _house.PassAsync(TimeSpan.Zero);

        Assert.Equal(DefaultRules.All.Skip(1).Select(rule => rule.Name), _house.View.Rules.Select(rule => rule.Name));
        Assert.All(_house.View.Rules, rule => Assert.Null(rule.Problem()));
    }

    [Fact]
    public async Task Round_FiringOverARestart_IsStoredOnceAndResolvedOnce()
    {
        await _house.FireAsync(1);
        StoredAlert fired = Assert.Single(_house.Reader.Open());

        await _house.RestartAsync();
        await _house.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(fired, Assert.Single(_house.Reader.Open()));
        LiveAlert live = Assert.Single(_house.View.Live);
        Assert.Equal((fired.FiredAt, AlertStage.Firing), (live.FiredAt, live.Track.Stage));

        await _house.ReportAsync(1, 3);
        await _house.PassAsync(AlertKeeper.SweepAfter);
        await _house.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Empty(_house.Reader.Open());
        StoredAlert past = Assert.Single(await _house.View.PastAsync(TestContext.Current.CancellationToken));
        Assert.Equal(fired.Id, past.Id);
        Assert.Contains("3 of 16 reserved areas", past.EndText, StringComparison.Ordinal);
        Assert.Contains("15 of 16 reserved areas", past.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Round_TurnThatEndsWhileAWriteWaits_LeavesItUnwritten()
    {
        await _house.FireAsync(1);
        StoredAlert before = Assert.Single(_house.Reader.Open());
        await _house.ReportAsync(2, 15);
        await _house.PassAsync(AlertKeeper.SweepAfter);
        _house.Heard(2);
        using var goOn = new ManualResetEventSlim();
        var isHeldUp = new TaskCompletionSource();
        Task<DirectOutcome<bool>> inFront = new DirectWork<bool>(_ =>
        {
            isHeldUp.TrySetResult();
            goOn.Wait(TestContext.Current.CancellationToken);
            return true;
        }).RunAsync(_house.Store.Writer);
        await isHeldUp.Task;

        Task round = _house.PassAsync(TimeSpan.FromMinutes(1));
        bool isWaiting = !round.IsCompleted;
        JobTurn turn = _house.Get<JobTurn>();
        turn.Set(isMine: false);
        goOn.Set();
        Assert.True(isWaiting);
        await inFront;
        await round;

        Assert.Equal(before, Assert.Single(_house.Reader.Open()));

        turn.Set(isMine: true);
        await _house.PassAsync(AlertKeeper.SweepAfter);
        _house.Heard(2);
        await _house.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _house.Reader.Open().Count);
    }

    [Fact]
    public async Task Round_DashboardWasOffForADay_CallsNobodySilentWhileProbesComeBack()
    {
        for (int host = 1; host <= 20; host++)
        {
            await _house.ReportAsync(host, 3);
        }

        _house.Store.Time.Advance(TimeSpan.FromDays(1));
        await _house.RestartAsync();
        await _house.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(_house.View.Live);

        // All come back within a minute but one.
        for (int second = 0; second < 900; second += 5)
        {
            for (int host = 1; host < 20 && second >= host * 3; host++)
            {
                _house.Heard(host);
            }

            await _house.PassAsync(TimeSpan.FromSeconds(5));
        }

        LiveAlert silent = Assert.Single(_house.View.Live);
        Assert.Equal((HistoryStore.HostId(20), AlertKind.HostSilent, true), (silent.HostId, silent.Rule.Kind, silent.Track.IsFiring));
    }

    [Fact]
    public async Task Round_ReadinessLost_IsKnownAfterARestartToo()
    {
        await _house.ReportAsync(1, 3);
        await _house.PassAsync(TimeSpan.FromSeconds(5));
        await _house.RestartAsync();
        await _house.PassAsync(TimeSpan.FromSeconds(5));
        await _house.ReportAsync(1, 3, isReady: false);
        await _house.PassAsync(AlertKeeper.SweepAfter);

        LiveAlert pending = Assert.Single(_house.View.Live);
        Assert.Equal((AlertKind.ReadinessLost, AlertStage.Pending), (pending.Rule.Kind, pending.Track.Stage));
    }

    [Fact]
    public async Task Desk_Changes_AreInTheAuditLogWithWhoAndWhat()
    {
        await _house.FireAsync(1);
        AlertRule rule = _house.View.Rules[0];
        Assert.Null(await _house.Desk.SaveRuleAsync(AlertHouse.Admin, rule with { Raise = 0.9 }));
        Assert.Null(await _house.Desk.SilenceAsync(AlertHouse.Admin, new AlertSilence { HostId = HistoryStore.HostId(1), RuleId = rule.Id, Reason = " BIOS ", Until = _house.Store.Time.GetUtcNow().AddHours(1) }));
        Assert.Null(await _house.Desk.EndSilenceAsync(AlertHouse.Admin, _house.View.Silences[0].Id));
        await _house.AddTargetAsync(new TargetDraft("hook", AlertTargetKind.Webhook, "https://hooks.example.com/secret-path"), "canary-1f0e");
        Assert.Null(await _house.Desk.SaveTargetAsync(AlertHouse.Admin, _house.View.Targets[0].Id, _house.View.Targets[0].Draft, isOn: false, null));
        Assert.Null(await _house.Desk.RemoveTargetAsync(AlertHouse.Admin, _house.View.Targets[0].Id));

        (string Actor, string Action, string Target, string Detail)[] audit = Audit();
        Assert.Equal(["alert-rule.change", "silence.add", "silence.end", "alert-target.add", "alert-target.change", "alert-target.remove"], audit.Select(entry => entry.Action));
        Assert.All(audit, entry => Assert.Equal("anna", entry.Actor));
        Assert.Contains("90 %", audit[0].Detail, StringComparison.Ordinal);
        Assert.Contains("until 2026", audit[1].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(audit, entry => entry.Detail.Contains("canary", StringComparison.Ordinal) || entry.Detail.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Desk_WithoutTheRight_ChangesNothing()
    {
        await _house.FireAsync(1);
        Assert.True(LabelText.TryParse("lab", out LabelText lab));
        Assert.True(LabelText.TryParse("other", out LabelText other));
        await _house.Get<ILabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [HistoryStore.HostId(1)] = HostLabels.None with { Group = lab } }, Components.Samples.By, TestContext.Current.CancellationToken);
        AlertCaller viewer = CallerOf(Role.Viewer, null), operatorOfLab = CallerOf(Role.Operator, lab), administratorOfLab = CallerOf(Role.Administrator, lab);
        var silence = new AlertSilence { HostId = HistoryStore.HostId(1), Reason = "r", Until = _house.Store.Time.GetUtcNow().AddHours(1) };

        Assert.NotNull(await _house.Desk.SilenceAsync(viewer, silence));
        Assert.NotNull(await _house.Desk.SilenceAsync(operatorOfLab, silence with { HostId = null, Group = other }));
        Assert.NotNull(await _house.Desk.SilenceAsync(operatorOfLab, silence with { HostId = null, RuleId = 1 }));
        Assert.NotNull(await _house.Desk.SaveRuleAsync(administratorOfLab, _house.View.Rules[0] with { IsOn = false }));
        Assert.NotNull(await _house.Desk.RemoveRuleAsync(operatorOfLab, 1));
        Assert.NotNull(await _house.Desk.SaveTargetAsync(administratorOfLab, 0, new TargetDraft("t", AlertTargetKind.Webhook, "https://example.com"), true, ""));
        Assert.NotNull(await _house.Desk.TestTargetAsync(operatorOfLab, 1, TestContext.Current.CancellationToken));
        Assert.Empty(Audit());

        Assert.Null(await _house.Desk.SilenceAsync(operatorOfLab, silence));
    }

    [Fact]
    public async Task Desk_KeptSecret_GoesToNoOtherPlace()
    {
        await _house.AddTargetAsync(new TargetDraft("hook", AlertTargetKind.Webhook, "https://hooks.example.com/a"), "canary-1f0e");
        AlertTarget target = _house.View.Targets[0];

        Assert.Contains("enter it again", await _house.Desk.SaveTargetAsync(AlertHouse.Admin, target.Id, target.Draft with { Address = "https://evil.example.com/a" }, true, null), StringComparison.Ordinal);
        Assert.Null(await _house.Desk.SaveTargetAsync(AlertHouse.Admin, target.Id, target.Draft with { Address = "https://hooks.example.com/b" }, true, null));

        Assert.True(_house.Get<TargetSecrets>().TryRead(_house.View.Targets[0], out string secret));
        Assert.Equal("canary-1f0e", secret);
    }

    private static AlertCaller CallerOf(Role role, LabelText? group) => new(new Actor("otto", ""), new Rights([new Grant(role, group)]));

    private (string Actor, string Action, string Target, string Detail)[] Audit()
    {
        using DbConnection connection = _house.Store.Engine.OpenReader();
        return [.. connection.Query<(string, string, string, string)>("SELECT actor, action, target, detail FROM audit WHERE action <> 'label.change' ORDER BY id")];
    }
}
