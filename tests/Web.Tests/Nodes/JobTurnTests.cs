using TdxDash.Web.Nodes;

namespace TdxDash.Web.Tests.Nodes;

public sealed class JobTurnTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_TurnThatEnds_IsCancelledAndTheNextOneIsAnother()
    {
        var turn = new JobTurn();
        var began = new TaskCompletionSource();
        Task<bool> work = turn.RunAsync(WaitAsync, Stop);
        Assert.False(work.IsCompleted);

        turn.Set(isMine: true);
        await began.Task.WaitAsync(Stop);
        long first = turn.Number;
        turn.Set(isMine: false);
        turn.Set(isMine: true);

        Assert.False(await work.WaitAsync(Stop));
        Assert.NotEqual(first, turn.Number);
        Assert.True(await turn.RunAsync(_ => Task.CompletedTask, Stop));

        Task WaitAsync(CancellationToken over)
        {
            began.SetResult();
            return Task.Delay(Timeout.Infinite, over);
        }
    }

    [Fact]
    public async Task Run_DashboardThatStops_IsNoEndOfTheTurn()
    {
        using var stopping = new CancellationTokenSource();
        Task<bool> work = JobTurn.Alone().RunAsync(over => Task.Delay(Timeout.Infinite, over), stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }
}
