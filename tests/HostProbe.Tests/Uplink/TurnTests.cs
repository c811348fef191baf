using TdxDash.HostProbe.Tests.Journal;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>What a probe does while the dashboard has no room for it yet.</summary>
public sealed class TurnTests : IAsyncDisposable
{
    private const int Long = 200_000;

    private readonly StateFolder _folder = new();
    private readonly TestDashboard _dashboard = new();

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Hello_ThatCameTooEarly_IsSaidAgainOnTheSameConnection()
    {
        int asked = 0;
        _dashboard.Welcome = _ => ++asked < 3 ? new HelloReply(false, "not yet", ProbeContract.Version, 1) : new HelloReply(true, "", ProbeContract.Version);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        await _dashboard.Deliveries.NextAsync();

        Assert.Equal([3], _dashboard.Greeted.Values);
    }

    [Fact]
    public async Task Wait_WhoseConnectionIsLost_EndsAndTheProbeComesAgain()
    {
        _dashboard.Welcome = _ => new HelloReply(false, "not yet", ProbeContract.Version, Long);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        await _dashboard.Hellos.NextAsync();

        await _dashboard.StopAsync();
        _dashboard.Welcome = _ => new HelloReply(true, "", ProbeContract.Version);
        await _dashboard.StartAsync();

        await _dashboard.Deliveries.NextAsync();
        Assert.Equal([1L], _dashboard.StoredSequences);
    }
}
