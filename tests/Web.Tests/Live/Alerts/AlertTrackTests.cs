using CsCheck;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Tests.Live.Alerts;

public sealed class AlertTrackTests
{
    private static readonly AlertRule Rule = new() { Name = "r", Kind = AlertKind.Tdmrs, Raise = 0.8, Clear = 0.5, RaiseFor = TimeSpan.FromSeconds(60), ClearFor = TimeSpan.FromSeconds(120) };

    private static readonly Gen<(AlertLevel Level, TimeSpan Step)[]> AnyCourse =
        Gen.Select(Gen.Enum<AlertLevel>(), Gen.Int[0, 90].Select(seconds => TimeSpan.FromSeconds(seconds))).Array[0, 60];

    [Fact]
    public void Step_AnyCourse_FiresAndResolvesByTurns() => AnyCourse.Sample(course =>
    {
        AlertTurn last = AlertTurn.Resolved;
        foreach ((AlertTrack track, AlertTurn turn) in Run(course).Where(step => step.Turn != AlertTurn.None))
        {
            Assert.NotEqual(last, turn);
            Assert.Equal(turn == AlertTurn.Fired, track.IsFiring);
            last = turn;
        }
    });

    [Fact]
    public void Step_AnyCourse_FiresExactlyWhenItWasRaisedWithoutABreakForLongEnough() => AnyCourse.Sample(course =>
    {
        (AlertTrack Track, AlertTurn Turn)[] steps = [.. Run(course)];
        TimeSpan now = TimeSpan.Zero;
        TimeSpan? raisedSince = null;
        bool fires = false;
        for (int i = 0; i < course.Length; i++)
        {
            now += course[i].Step;
            raisedSince = course[i].Level == AlertLevel.Raised && !fires ? raisedSince ?? now : null;
            Assert.Equal(raisedSince is { } since && now - since >= Rule.RaiseFor, steps[i].Turn == AlertTurn.Fired);
            fires = steps[i].Track.IsFiring;
        }
    });

    [Fact]
    public void Step_BetweenTheThresholds_ChangesNothingThatAnybodyIsTold() => Gen.Select(AnyCourse, AnyCourse).Sample((before, after) =>
    {
        // Whatever came before: in the band, for however long and however often, nothing fires and nothing is resolved.
        AlertTrack track = Run(before).Select(step => step.Track).LastOrDefault();
        TimeSpan start = before.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Step);
        Assert.DoesNotContain(Run([.. after.Select(step => (AlertLevel.Between, step.Step))], track, start), step => step.Turn != AlertTurn.None);
    });

    [Fact]
    public void Step_FlappingFasterThanItsTimes_ChangesNothingThatAnybodyIsTold() => Gen.Select(Gen.Int[1, 29].Array[1, 60], Gen.Bool).Sample((seconds, fires) =>
    {
        (AlertLevel, TimeSpan)[] course = [.. seconds.SelectMany(time => new[] { (AlertLevel.Raised, TimeSpan.FromSeconds(time)), (AlertLevel.Clear, TimeSpan.FromSeconds(time)) })];
        AlertTrack start = fires ? AlertTrack.Fires(TimeSpan.Zero) : default;
        Assert.DoesNotContain(Run(course, start), step => step.Turn != AlertTurn.None);
    });

    [Fact]
    public void Step_NoTimes_FiresAndResolvesAtOnce()
    {
        AlertRule rule = Rule with { RaiseFor = TimeSpan.Zero, ClearFor = TimeSpan.Zero };
        (AlertTrack fired, AlertTurn turn) = default(AlertTrack).Step(AlertLevel.Raised, rule, TimeSpan.Zero);
        Assert.Equal(AlertTurn.Fired, turn);
        Assert.Equal(AlertTurn.Resolved, fired.Step(AlertLevel.Clear, rule, TimeSpan.Zero).Turn);
    }

    [Fact]
    public void Step_HostDoesNotSay_HoldsTheAlertForAnHourAndThenLetsItGo()
    {
        (AlertLevel, TimeSpan)[] silent = [.. Enumerable.Repeat((AlertLevel.Unknown, TimeSpan.FromMinutes(1)), 61)];
        (AlertTrack Track, AlertTurn Turn)[] steps = [.. Run(silent, AlertTrack.Fires(TimeSpan.Zero))];

        Assert.All(steps[..60], step => Assert.True(step.Track is { IsFiring: true, IsFading: true }));
        Assert.Equal(AlertTurn.Resolved, steps[60].Turn);
    }

    [Fact]
    public void Step_FromUnknownToClear_BeginsTheTimeAnew()
    {
        (AlertTrack Track, AlertTurn Turn)[] steps = [.. Run(
            [(AlertLevel.Unknown, TimeSpan.FromMinutes(1)), (AlertLevel.Clear, TimeSpan.FromMinutes(59)), (AlertLevel.Clear, TimeSpan.FromMinutes(2))], AlertTrack.Fires(TimeSpan.Zero))];

        Assert.Equal(AlertTurn.None, steps[1].Turn);
        Assert.Equal(AlertTurn.Resolved, steps[2].Turn);
    }

    private static IEnumerable<(AlertTrack Track, AlertTurn Turn)> Run((AlertLevel Level, TimeSpan Step)[] course, AlertTrack track = default, TimeSpan now = default)
    {
        foreach ((AlertLevel level, TimeSpan step) in course)
        {
            now += step;
            (track, AlertTurn turn) = track.Step(level, Rule, now);
            yield return (track, turn);
        }
    }
}
