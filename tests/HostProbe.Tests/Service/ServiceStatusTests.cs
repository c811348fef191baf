using System.Net.Sockets;
using System.Text;
using TdxDash.HostProbe.Service;
using TdxDash.HostProbe.Tests.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Service;

public sealed class ServiceStatusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-status").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Notify_SocketOfSystemd_GetsEachState()
    {
        string path = Path.Combine(_folder, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        var notifier = new ServiceNotifier(path, null);

        notifier.Ready();
        notifier.Alive();
        notifier.Stopping();

        Assert.Equal(["READY=1", "WATCHDOG=1", "STOPPING=1"], Enumerable.Range(0, 3).Select(_ => Receive(systemd)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/at/all")]
    [InlineData("@tdxdash-nobody-listens")]
    public void Notify_NobodyListens_IsNoFailure(string? socket) => Assert.Null(Record.Exception(new ServiceNotifier(socket, null).Ready));

    [Theory]
    [InlineData("60000000", null, 60)]
    [InlineData("60000000", "7", 60)]
    [InlineData("60000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void WatchdogOf_Environment_IsWhatItAsksOfThisProcess(string? microseconds, string? pid, int? seconds) =>
        Assert.Equal(seconds is { } expected ? TimeSpan.FromSeconds(expected) : null, ServiceNotifier.WatchdogOf(microseconds, pid, ownPid: 7));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var status = new ServiceStatus(new DateTimeOffset(2026, 11, 27, 20, 15, 0, TimeSpan.Zero), "0.1.0", 17, 3, 1);

        StatusFile.Write(_folder, status);

        Assert.Equal(status, StatusFile.Read(_folder));
        Assert.Equal([Path.Combine(_folder, StatusFile.Name)], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"at\":\"yesterday\",\"version\":\"\",\"latest\":0,\"pending\":0,\"dropped\":0}")]
    public void Read_NoStatus_IsNone(string text)
    {
        Assert.Null(StatusFile.Read(_folder));
        File.WriteAllText(Path.Combine(_folder, StatusFile.Name), text);

        Assert.Null(StatusFile.Read(_folder));
    }

    [Fact]
    public async Task Run_Service_SaysHowItIsDoing()
    {
        await using var dashboard = new TestDashboard();
        await dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(dashboard, _folder);

        ServiceStatus? status;
        while ((status = StatusFile.Read(_folder)) is null)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal((1L, 0L, "0.1.0"), (status.Latest, status.Dropped, status.Version));
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[64];
        socket.ReceiveTimeout = 10_000;
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }
}
