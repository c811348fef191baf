using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>When hosts that came further between two drawings are shown.</summary>
public sealed class BoardStepsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly ConcurrentQueue<HostReinit[]> _shown = [];
    private readonly BoardSteps _steps;
    private Task _browser = Task.CompletedTask;

    public BoardStepsTests() => _steps = new BoardSteps(_time, hosts =>
    {
        _shown.Enqueue([.. hosts]);
        return _browser;
    });

    public void Dispose() => _steps.Dispose();

    [Fact]
    public void See_SeveralWithinAnInterval_AreShownTogetherEachAsItWasLast()
    {
        See("a", 1);
        Assert.Single(_shown);
        See("a", 2);
        See("b", 1);
        See("a", 3);
        Assert.Single(_shown);

        _time.Advance(BoardSteps.Interval);

        Assert.Equal([("a", 3L), ("b", 1L)], _shown.Last().Select(host => (host.HostId, host.Sequence)).Order());
        Assert.Equal(2, _shown.Count);
    }

    [Fact]
    public async Task See_WhileTheBrowserShowsThoseBefore_WaitsForIt()
    {
        var browser = new TaskCompletionSource();
        _browser = browser.Task;
        See("a", 1);
        See("a", 2);
        See("a", 3);
        _time.Advance(BoardSteps.Interval);
        _time.Advance(BoardSteps.Interval);
        Assert.Single(_shown);

        _browser = Task.CompletedTask;
        browser.SetResult();
        using var patience = new CancellationTokenSource(Dashboard.Patience);
        while (_shown.Count < 2)
        {
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(BoardSteps.Interval);
            await Task.Yield();
        }

        Assert.Equal(3, Assert.Single(_shown.Last()).Sequence);
    }

    [Fact]
    public void Dispose_EndsIt()
    {
        See("a", 1);

        _steps.Dispose();
        See("a", 2);
        _time.Advance(BoardSteps.Interval);

        Assert.Single(_shown);
    }

    private void See(string id, long sequence) => _steps.See(new HostReinit(id, FakeReinits.Boot, ReinitState.Empty, sequence, Samples.Now, Samples.Now));
}
