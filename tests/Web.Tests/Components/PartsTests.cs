using Bunit;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Tests.Components;

public sealed class PartsTests : PageTestContext
{
    [Theory]
    [InlineData(0, 16, null)]
    [InlineData(11, 16, null)]
    [InlineData(12, 16, "warn")]
    [InlineData(14, 16, "warn")]
    [InlineData(15, 16, "fail")]
    [InlineData(19, 16, "fail")]
    public void LevelOf_UseAgainstLimit_GradesFromThreeQuartersOn(int used, int limit, string? level) => Assert.Equal(level, UsageBar.LevelOf(used, limit));

    [Fact]
    public void UsageBar_OverTheLimit_StaysInsideItsBoxAndSaysTheNumbers()
    {
        IRenderedComponent<UsageBar> bar = Render<UsageBar>(p => p.Add(b => b.Used, 19).Add(b => b.Limit, 16).Add(b => b.First, 10));

        Assert.Contains("19/16", bar.Markup, StringComparison.Ordinal);
        double[] widths = [.. bar.FindAll(".first, .second").Select(rect => double.Parse(rect.GetAttribute("width")!, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.InRange(widths.Sum(), 61.8, 62.2);
    }

    [Fact]
    public void UsageBar_UnknownLimit_SaysOfWhatAndWhy()
    {
        IRenderedComponent<UsageBar> bar = Render<UsageBar>(p => p.Add(b => b.Used, 11).Add(b => b.Limit, null).Add(b => b.WhyUnknown, "no module answered"));

        Assert.Equal("11 of ?", bar.Find(".text").TextContent);
        Assert.Equal("no module answered", bar.Find(".text").GetAttribute("title"));
        Assert.Null(bar.Instance.Level);
        Assert.All(bar.FindAll(".first, .second"), rect => Assert.Equal("0", rect.GetAttribute("width")));
    }

    [Fact]
    public void UsageBar_Share_SaysItAndIsNeverAnAlarm()
    {
        IRenderedComponent<UsageBar> bar = Render<UsageBar>(p => p.Add(b => b.Used, 1_000).Add(b => b.Limit, 1_000).Add(b => b.First, 0).Add(b => b.Share, "100.0 %"));

        Assert.Equal("100.0 %", bar.Find(".text").TextContent);
        Assert.Null(bar.Instance.Level);
        Assert.Equal("62", bar.Find(".second").GetAttribute("width"));
    }

    // A page remembers a component with two arrays of frames; what a host page shows by the hundred are fragments, and look like the library's icons all the same.
    [Fact]
    public void SvgIcon_OfTheLibrary_IsWhatTheLibraryDraws()
    {
        IRenderedComponent<MudIcon> icon = Render<MudIcon>(p => p.Add(i => i.Icon, Icons.Material.Filled.Science).Add(i => i.Class, "icon").AddUnmatched("aria-hidden", "true"));

        icon.MarkupMatches(SvgIcon.Of(Icons.Material.Filled.Science).Value);
    }

    [Fact]
    public void FragmentHtml_TextOfAHost_StaysText() =>
        Assert.Equal("a &lt;b onclick=&quot;x&quot;&gt; &amp; c", FragmentHtml.Of(builder => builder.AddContent(0, "a <b onclick=\"x\"> & c")));

    [Fact]
    public void Together_SumBeyond64Bits_IsTooLarge()
    {
        ByteSize sum = Wording.Together([new ByteSize(ulong.MaxValue - 1), new ByteSize(2)]);

        Assert.Equal("too large", Wording.WithBytes(sum));
        Assert.Equal("3 B (3 bytes)", Wording.WithBytes(Wording.Together([new ByteSize(1), new ByteSize(2)])));
    }

    [Fact]
    public void StateWord_NotInitialized_IsSpeltAsElsewhere() => Assert.Equal("not initialised", StateBadge.Word(Tdx.Readiness.TdxState.NotInitialized));

    [Fact]
    public void ReadingValue_Unreadable_ShowsReasonAndRemedy()
    {
        IRenderedComponent<ReadingValue<string>> value = Render<ReadingValue<string>>(p => p.Add(v => v.Reading, Reading.Unreadable<string>("/dev/kmsg", "permission denied.", "Run as root.")));

        Assert.Contains("not readable", value.Markup, StringComparison.Ordinal);
        Assert.Contains("permission denied. Run as root.", value.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-5, "now")]
    [InlineData(0, "now")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(7_199, "1 h")]
    [InlineData(172_800, "2 d")]
    public void Age_Seconds_IsTheLargestWholeUnit(int seconds, string text) => Assert.Equal(text, Wording.Age(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Percent_OfNothing_IsEmpty() => Assert.Equal("", Wording.Percent(new ByteSize(1), new ByteSize(0)));

    [Fact]
    public void Request_BurstInsideTheInterval_RunsAtOnceAndOnceMoreAtItsEnd()
    {
        var time = new FakeTimeProvider();
        int runs = 0;
        using var gate = new RenderGate(time, RenderGate.PageInterval, () => runs++);

        for (int i = 0; i < 50; i++)
        {
            gate.Request();
        }

        Assert.Equal(1, runs);
        time.Advance(RenderGate.PageInterval);
        Assert.Equal(2, runs);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, runs);
    }

    [Fact]
    public void Request_AfterDispose_RunsNothing()
    {
        var time = new FakeTimeProvider();
        int runs = 0;
        var gate = new RenderGate(time, RenderGate.PageInterval, () => runs++);
        gate.Request();
        gate.Request();

        gate.Dispose();
        gate.Request();
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, runs);
    }
}
