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
    private readonly SemaphoreSlim _asked = new(0);
    private readonly List<HostReinit[]> _shown = [];
    private readonly BoardSteps _steps;
    private TaskCompletionSource _browser = new();

    public BoardStepsTests() => _steps = new BoardSteps(_time, hosts =>
    {
        _shown.Add([.. hosts]);
        _asked.Release();
        return _browser.Task;
    });

    public void Dispose()
    {
        _steps.Dispose();
        _asked.Dispose();
    }

    [Fact]
    public async Task See_SeveralWithinAnInterval_AreShownTogetherEachAsItWasLast()
    {
        _browser.SetResult();
        See("a", 1);
        await AskedAsync();
        See("a", 2);
        See("b", 1);
        See("a", 3);
        Assert.Single(_shown);

        _time.Advance(BoardSteps.Interval);
        await AskedAsync();

        Assert.Equal([("a", 3L), ("b", 1L)], _shown[1].Select(host => (host.HostId, host.Sequence)).Order());
    }

    [Fact]
    public async Task See_WhileTheBrowserShowsThoseBefore_WaitsForIt()
    {
        See("a", 1);
        await AskedAsync();
        See("a", 2);
        _time.Advance(BoardSteps.Interval);
        _time.Advance(BoardSteps.Interval);
        Assert.Single(_shown);

        TaskCompletionSource before = _browser;
        _browser = new TaskCompletionSource();
        before.SetResult();
        await AskedAsync();

        Assert.Equal(2, Assert.Single(_shown[1]).Sequence);
    }

    [Fact]
    public async Task Dispose_EndsIt()
    {
        _browser.SetResult();
        See("a", 1);
        await AskedAsync();

        _steps.Dispose();
        See("a", 2);
        _time.Advance(BoardSteps.Interval);

        Assert.Single(_shown);
    }

    private void See(string id, long sequence) => _steps.See(new HostReinit(id, FakeReinits.Boot, ReinitState.Empty, sequence, Samples.Now, Samples.Now));

    private async Task AskedAsync() => Assert.True(await _asked.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken), "Nothing was shown.");
}
