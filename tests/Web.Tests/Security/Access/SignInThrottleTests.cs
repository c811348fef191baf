using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Tests.Security.Access;

public sealed class SignInThrottleTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_time);

    [Fact]
    public void Wait_AfterFreeTries_DoublesUpToTheLongest()
    {
        Fail("alice", "10.0.0.1", SignInThrottle.FreeTries - 1);
        Assert.Equal(TimeSpan.Zero, _throttle.Wait("alice", "10.0.0.1"));

        Fail("alice", "10.0.0.1", 1);
        Assert.Equal(SignInThrottle.FirstWait, _throttle.Wait("alice", "10.0.0.2"));

        Fail("alice", "10.0.0.1", 1);
        Assert.Equal(SignInThrottle.FirstWait * 2, _throttle.Wait("Alice", "10.0.0.2"));

        Fail("alice", "10.0.0.1", 20);
        Assert.Equal(SignInThrottle.LongestWait, _throttle.Wait("alice", "10.0.0.2"));
    }

    [Fact]
    public void Wait_OfAnAddressThatTriesManyNames_ComesToo()
    {
        for (int i = 0; i < SignInThrottle.FreeTriesOfAddress; i++)
        {
            Fail($"name-{i}", "10.0.0.1", 1);
        }

        Assert.Equal(SignInThrottle.FirstWait, _throttle.Wait("another", "10.0.0.1"));
        Assert.Equal(TimeSpan.Zero, _throttle.Wait("another", "10.0.0.2"));
    }

    [Fact]
    public void Wait_Passed_LetsOneTry()
    {
        Fail("alice", "10.0.0.1", SignInThrottle.FreeTries);

        _time.Advance(SignInThrottle.FirstWait);

        Assert.Equal(TimeSpan.Zero, _throttle.Wait("alice", "10.0.0.1"));
    }

    [Fact]
    public void Succeeded_ForgetsTheAccountButNotTheAddress()
    {
        Fail("alice", "10.0.0.1", SignInThrottle.FreeTriesOfAddress);

        _throttle.Succeeded("alice");

        Assert.Equal(TimeSpan.Zero, _throttle.Wait("alice", "10.0.0.2"));
        Assert.True(_throttle.Wait("bob", "10.0.0.1") > TimeSpan.Zero);
    }

    private void Fail(string account, string address, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _throttle.Failed(account, address);
        }
    }
}
