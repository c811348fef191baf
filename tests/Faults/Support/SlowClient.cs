using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace TdxDash.Faults.Support;

/// <summary>How a slow client ended.</summary>
/// <param name="After">How long the dashboard put up with it.</param>
/// <param name="Answer">The first line of what it was told, if anything.</param>
internal sealed record SlowEnd(TimeSpan After, string Answer);

/// <summary>A client that sends and takes in a byte a second, until it is cut off.</summary>
internal static class SlowClient
{
    // Little of the answer may fit between the two sockets.
    private const int ReceiveBuffer = 4_096;

    /// <summary>Sends the beginning of a request at once and then its further bytes, one a second, without an end.</summary>
    public static async Task<SlowEnd> SendAsync(Uri dashboard, string beginning, CancellationToken stop)
    {
        using Socket socket = await OpenAsync(dashboard, beginning, stop);
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var answer = new StringBuilder();
        byte[] piece = new byte[1_024];
        try
        {
            while (await tick.WaitForNextTickAsync(stop))
            {
                while (socket.Poll(0, SelectMode.SelectRead))
                {
                    int read = socket.Receive(piece);
                    if (read == 0)
                    {
                        return new SlowEnd(clock.Elapsed, FirstLine(answer));
                    }

                    answer.Append(Encoding.ASCII.GetString(piece, 0, read));
                }

                await socket.SendAsync("a"u8.ToArray(), stop);
            }
        }
        catch (SocketException)
        {
            // The dashboard is rid of it.
        }

        return new SlowEnd(clock.Elapsed, FirstLine(answer));
    }

    /// <summary>Asks for something and takes in a byte of the answer each second, until it is stopped.</summary>
    public static async Task TakeInAsync(Uri dashboard, string request, CancellationToken stop)
    {
        using Socket socket = await OpenAsync(dashboard, request, stop);
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        byte[] one = new byte[1];
        while (!stop.IsCancellationRequested)
        {
            await tick.WaitForNextTickAsync(stop).AsTask().ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (socket.Available > 0)
            {
                socket.Receive(one);
            }
        }
    }

    /// <summary>The connections that a dashboard on this machine holds: not those whose last bytes only wait in the system for a client to take them in.</summary>
    public static int HeldBy(Uri dashboard) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.LocalEndPoint.Port == dashboard.Port && connection.State == TcpState.Established);

    private static string FirstLine(StringBuilder answer) => answer.ToString().Split('\r')[0];

    private static async Task<Socket> OpenAsync(Uri dashboard, string beginning, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBuffer, NoDelay = true };
        await socket.ConnectAsync(dashboard.Host, dashboard.Port, stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes(beginning), stop);
        return socket;
    }
}
