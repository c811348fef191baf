using TdxDash.HostProbe.Service;

namespace TdxDash.HostProbe.Tests.Service;

/// <summary>The clock of the watch: when its timers ring, and where.</summary>
public sealed class WatchClockTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Short = TimeSpan.FromMilliseconds(20), Never = Timeout.InfiniteTimeSpan;

    private readonly WatchClock _clock = new();

    public void Dispose() => _clock.Dispose();

    [Fact]
    public async Task Timers_All_RingInTheirOrderOnOneThreadOfItsOwn()
    {
        var rung = new List<(string Name, int Thread, bool IsPool)>();
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Ring(object? name)
        {
            rung.Add(((string)name!, Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread));
            if (rung.Count == 3)
            {
                last.SetResult();
            }
        }

        // One callback sets all three, so that a machine that stands still meanwhile cannot turn them.
        var set = new List<ITimer>();
        using ITimer first = _clock.CreateTimer(_ => set.AddRange([_clock.CreateTimer(Ring, "late", Short * 4, Never), _clock.CreateTimer(Ring, "soon", Short, Never), _clock.CreateTimer(Ring, "now", TimeSpan.Zero, Never)]), null, TimeSpan.Zero, Never);
        await last.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(["now", "soon", "late"], rung.Select(one => one.Name));
        Assert.Equal((rung[0].Thread, false), Assert.Single(rung.Select(one => (one.Thread, one.IsPool)).Distinct()));
    }

    [Fact]
    public async Task Delay_Awaited_IsNeverShortAndGoesOnThere()
    {
        (bool isPool, long took) = await DelayAsync();

        Assert.False(isPool);
        Assert.True(took >= Short.TotalMilliseconds, $"it took {took} ms");
    }

    [Fact]
    public async Task PeriodicTimer_OnIt_TicksUntilItIsDisposedOf()
    {
        var timer = new PeriodicTimer(Short, _clock);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
        }

        timer.Dispose();
        Assert.False(await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Timer_ChangedOrDisposedOf_RingsAtItsNewTimeOrNever()
    {
        int disposed = 0;
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer gone = _clock.CreateTimer(_ => disposed++, null, Never, Never);
        await gone.DisposeAsync();
        Assert.False(gone.Change(TimeSpan.Zero, Short));
        using ITimer timer = _clock.CreateTimer(_ => moved.SetResult(), null, Never, Never);
        Assert.True(timer.Change(Short * 3, Never));

        await moved.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, disposed);
    }

    [Fact]
    public async Task Callback_ThatSetsItsTimerAnew_RingsAgain()
    {
        int rung = 0;
        var twice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            if (++rung == 2)
            {
                twice.SetResult();
                return;
            }

            timer!.Change(Short, Never);
        }, null, Never, Never);
        timer.Change(TimeSpan.Zero, Never);

        await twice.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, rung);
        await timer.DisposeAsync();
    }

    private async Task<(bool IsPool, long Took)> DelayAsync()
    {
        long began = Environment.TickCount64;
        await Task.Delay(Short, _clock, TestContext.Current.CancellationToken).ConfigureAwait(false);
        return (Thread.CurrentThread.IsThreadPoolThread, Environment.TickCount64 - began);
    }
}
