using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Health;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Health;

public sealed class ServicePulseTests
{
    [Fact]
    public async Task Pulse_OfADashboard_TellsThatItIsUpWorksAndStops()
    {
        using var folder = new TempFolder();
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        IHostApplicationLifetime lifetime = dashboard.Service<IHostApplicationLifetime>();
        var time = new FakeTimeProvider();
        using var pulse = new ServicePulse(new ServiceNotifier(folder.File("notify"), TimeSpan.FromSeconds(60)), lifetime, time);

        await pulse.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["READY=1", "WATCHDOG=1"], new[] { Receive(systemd), Receive(systemd) });
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("WATCHDOG=1", Receive(systemd));
        lifetime.StopApplication();
        Assert.Equal("STOPPING=1", Receive(systemd));
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }
}
