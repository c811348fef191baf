using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

/// <summary>What is on its way, of which a browser may claim any number.</summary>
public sealed class UnderWayTests
{
    [Fact]
    public void SendFirst_WithoutEnd_IsBoundedAndKeepsWhatWasSent()
    {
        var underWay = new UnderWay<int>();
        underWay.Send(-1);

        int[] claimed = [.. Enumerable.Range(0, 10_000)];
        Array.ForEach(claimed, underWay.SendFirst);

        Assert.True(underWay.Has(-1));
        Assert.InRange(claimed.Count(underWay.Has), 1, 255);
    }
}
