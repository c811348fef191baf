using System.Net;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Tests.Security.Access;

public sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1"), There = IPAddress.Parse("10.0.0.2");

    private readonly FakeTimeProvider _time = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_time);

    [Fact]
    public void Begin_AfterFreeTries_WaitsTwiceAsLongWithEachUpToTheLongest()
    {
        var waits = new List<TimeSpan>();
        for (int i = 0; i < SignInThrottle.FreeTries + 8; i++)
        {
            TimeSpan wait = _throttle.Begin("alice", IPAddress.Parse($"10.0.1.{i}"));
            if (wait > TimeSpan.Zero)
            {
                waits.Add(wait);
                _time.Advance(wait);
                Assert.Equal(TimeSpan.Zero, _throttle.Begin("Alice", IPAddress.Parse($"10.0.2.{i}")));
            }
        }

        Assert.Equal([1, 2, 4, 8, 15, 15, 15, 15], waits.Select(wait => wait.TotalMinutes));
    }

    [Fact]
    public void Begin_WhileOneWaits_CountsNothing()
    {
        Try("alice", Here, SignInThrottle.FreeTries);

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(SignInThrottle.FirstWait, _throttle.Begin("alice", There));
        }

        _time.Advance(SignInThrottle.FirstWait);
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("alice", There));
    }

    [Fact]
    public void Begin_OfAnAddressThatTriesManyNames_WaitsToo()
    {
        for (int i = 0; i < SignInThrottle.FreeTriesOfAddress; i++)
        {
            Assert.Equal(TimeSpan.Zero, _throttle.Begin($"name-{i}", Here));
        }

        Assert.Equal(SignInThrottle.FirstWait, _throttle.Begin("another", Here));
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("another", There));
    }

    [Fact]
    public void Begin_OfANetworkOfIPv6_IsOneAddress()
    {
        for (int i = 0; i < SignInThrottle.FreeTriesOfAddress; i++)
        {
            Assert.Equal(TimeSpan.Zero, _throttle.Begin($"name-{i}", IPAddress.Parse($"2001:db8::{i + 1:x}")));
        }

        Assert.Equal(SignInThrottle.FirstWait, _throttle.Begin("another", IPAddress.Parse("2001:db8::ffff")));
        Assert.Equal(TimeSpan.Zero, _throttle.Begin("another", IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void Succeeded_ForgetsTheAccountButNotTheAddress()
    {
        for (int i = 0; i < SignInThrottle.FreeTriesOfAddress - 1; i++)
        {
            Try($"name-{i}", Here, 1);
        }

        Try("alice", There, SignInThrottle.FreeTries - 1);
        Try("alice", Here, 1);
        _throttle.Succeeded("alice", Here);

        Try("alice", There, SignInThrottle.FreeTries);
        Try("bob", Here, 1);
        Assert.Equal(SignInThrottle.FirstWait, _throttle.Begin("carol", Here));
    }

    [Fact]
    public void Abandoned_CountsForNothing()
    {
        for (int i = 0; i < 2 * SignInThrottle.FreeTriesOfAddress; i++)
        {
            Try("alice", Here, 1);
            _throttle.Abandoned("alice", Here);
        }

        Try("alice", Here, SignInThrottle.FreeTries);
        Assert.Equal(SignInThrottle.FirstWait, _throttle.Begin("alice", Here));
    }

    private void Try(string account, IPAddress address, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.Equal(TimeSpan.Zero, _throttle.Begin(account, address));
        }
    }
}
