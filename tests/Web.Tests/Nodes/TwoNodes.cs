using TdxDash.Web.Nodes;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>Two real dashboards on one PostgreSQL database, each with a data folder of its own.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly TempFolder _folderA = new(), _folderB = new();
    private readonly TestStore _store = TestStore.MakePostgres();

    private TwoNodes()
    {
    }

    public Dashboard A { get; private set; } = null!;

    public Dashboard B { get; private set; } = null!;

    /// <summary>Starts both, A first.</summary>
    public static async Task<TwoNodes> StartAsync(params string[] settings)
    {
        var nodes = new TwoNodes();
        nodes.A = await Dashboard.StartAsync(nodes._folderA, settings: [.. nodes._store.Settings, .. settings]);
        nodes.B = await Dashboard.StartAsync(nodes._folderB, settings: [.. nodes._store.Settings, .. settings]);
        return nodes;
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task HoldsAsync(string what, Func<bool> check) => await HoldsAsync(what, () => Task.FromResult(check()));

    /// <summary>Waits until something holds.</summary>
    public static async Task HoldsAsync(string what, Func<Task<bool>> check)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (long began = Environment.TickCount64; !await check(); await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(Environment.TickCount64 - began < Dashboard.Patience.TotalMilliseconds, $"it does not come about that {what}");
        }
    }

    /// <summary>Stops A alone.</summary>
    public async Task StopAAsync()
    {
        await A.DisposeAsync();
        A = null!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Dashboard? node in new[] { A, B })
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }

        _store.Dispose();
        _folderA.Dispose();
        _folderB.Dispose();
    }

    /// <summary>Whether a node does the background jobs.</summary>
    public static bool HasJobs(Dashboard node) => node.Service<JobTurn>().IsMine;
}
