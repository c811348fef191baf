using Bunit;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Components.Layout;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Tests.Components;

public sealed class CircuitRendersTests : PageTestContext
{
    [Fact]
    public void Request_OfAnyComponentsAtAnyTimes_RunsTogetherAndEachWithinAnInterval()
    {
        // Steps of up to 100 ms, each with the component that asks at its end.
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 2]).List[1, 60].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            using var renders = new CircuitRenders(time);
            List<DateTimeOffset> moments = [];
            var waits = new DateTimeOffset?[3];
            RenderTurn[] turns = [.. Enumerable.Range(0, 3).Select(place => renders.Join(() =>
            {
                Assert.NotNull(waits[place]);
                waits[place] = null;
                moments.Add(time.GetUtcNow());
            }))];

            foreach ((int milliseconds, int place) in steps)
            {
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                waits[place] ??= time.GetUtcNow();
                turns[place].Request();
                Assert.All(waits, since => Assert.True(since is null || time.GetUtcNow() - since < RenderGate.PageInterval));
            }

            time.Advance(RenderGate.PageInterval);
            Assert.All(waits, Assert.Null);
            DateTimeOffset[] beats = [.. moments.Distinct()];
            Assert.All(beats.Zip(beats.Skip(1)), pair => Assert.True(pair.Second - pair.First >= RenderGate.PageInterval));
        });
    }

    [Fact]
    public void Request_AfterDispose_RunsNothingAndTheOthersGoOn()
    {
        using var renders = new CircuitRenders(Time);
        int gone = 0, there = 0;
        RenderTurn leaver = renders.Join(() => gone++);
        using RenderTurn other = renders.Join(() => there++);
        other.Request();
        leaver.Request();
        other.Request();

        leaver.Dispose();
        leaver.Request();
        Time.Advance(RenderGate.PageInterval);

        Assert.Equal((0, 2), (gone, there));
    }

    [Fact]
    public void Request_WhileTheBrowserStillDraws_WaitsForItAndHoldsUpNobodyElse()
    {
        using var renders = new CircuitRenders(Time);
        int slow = 0, quick = 0;
        using RenderTurn slowOne = renders.Join(() => slow++, waitsForBrowser: true);
        using RenderTurn quickOne = renders.Join(() => quick++);
        for (int i = 0; i < 3; i++)
        {
            slowOne.Request();
            quickOne.Request();
            Time.Advance(RenderGate.PageInterval);
        }

        Assert.Equal((1, 3), (slow, quick));
        slowOne.Drawn();
        Time.Advance(RenderGate.PageInterval);
        Assert.Equal((2, 3), (slow, quick));
        slowOne.Drawn();
        Time.Advance(RenderGate.PageInterval);
        Assert.Equal((2, 3), (slow, quick));
    }

    [Fact]
    public void Circuit_PagePanelAndBannerFullOfNews_RendersAtMostFourTimesASecond()
    {
        Fleet.Report(Samples.Entry());
        Reinits.See(Samples.HostId, Updates.ToTheKernel(Time.GetUtcNow()));
        IRenderedComponent<TroubleBanner> banner = Render<TroubleBanner>();
        IRenderedComponent<HostPage> page = Render<HostPage>(p => p.Add(host => host.HostId, Samples.HostId));
        List<int> moments = [];

        for (int step = 0; step < 200; step++)
        {
            int before = page.RenderCount + banner.RenderCount;
            if (step % 3 == 0)
            {
                Fleet.Report(Samples.Entry() with { LastSeen = Time.GetUtcNow() });
            }
            else if (step % 3 == 1)
            {
                Reinits.See(Samples.HostId, Updates.Line(Time.GetUtcNow(), $"line {step}"));
            }
            else
            {
                Condition.Set($"trouble {step}");
            }

            Time.Advance(TimeSpan.FromMilliseconds(10));
            if (page.RenderCount + banner.RenderCount > before)
            {
                moments.Add(step);
            }
        }

        Assert.InRange(moments.Count, 7, 9);
        Assert.All(moments.Zip(moments.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 24, $"rendered at {string.Join(", ", moments)}"));
    }
}
