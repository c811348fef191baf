using CsCheck;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Tests.Uplink;

public sealed class RetryDelaysTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(15);

    [Fact]
    public void Next_WithTheLargestRandom_DoublesUpToTheCap()
    {
        var delays = new RetryDelays(First, Cap, () => 1);
        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 15, 15], Enumerable.Range(0, 8).Select(_ => delays.Next().TotalSeconds));
    }

    [Fact]
    public void Next_AfterReset_StartsOver()
    {
        var delays = new RetryDelays(First, Cap, () => 1);
        delays.Next();
        delays.Next();
        delays.Reset();
        Assert.Equal(First, delays.Next());
    }

    [Fact]
    public void Next_AnyRandom_StaysWithinItsBound() => Gen.Double[0, 1].Array[1, 40].Sample(randoms =>
    {
        int next = 0;
        var delays = new RetryDelays(First, Cap, () => randoms[next++]);
        return Enumerable.Range(0, randoms.Length).All(i =>
            delays.Next() is TimeSpan delay && delay >= TimeSpan.Zero && delay <= Cap && delay <= First * Math.Pow(2, i));
    });
}
