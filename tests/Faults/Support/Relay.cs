using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TdxDash.Faults.Support;

/// <summary>A proxy before the dashboard. It passes bytes on until it is told to do worse.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int MostHead = 64 << 10;

    private readonly Uri _dashboard;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _passes = new();
    private int _refused;
    private int _cuts;
    private int _due;

    public Relay(Uri dashboard)
    {
        _dashboard = dashboard;
        _passes.SetResult();
        _listener.Start();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/"));
        _accepting = AcceptAsync();
    }

    /// <summary>Where it is reached.</summary>
    public Uri Address { get; }

    /// <summary>It answers that it knows no WebSockets.</summary>
    public bool RefusesWebSockets { get; init; }

    /// <summary>How; null to close the connection without an answer.</summary>
    public string? Refusal { get; init; } = "501 Not Implemented";

    /// <summary>It cuts each WebSocket so long after it was asked for; null to leave them alone.</summary>
    public TimeSpan? CutsWebSocketsAfter { get; set; }

    /// <summary>WebSockets that it refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>WebSockets that it cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Open WebSockets that it will cut.</summary>
    public int Due => Volatile.Read(ref _due);

    /// <summary>Nothing passes any more, in silence: neither bytes nor the end of a connection.</summary>
    public void Hold() => _passes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything passes again, and what was held first.</summary>
    public void Pass() => _passes.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Pass();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
            catch (OperationCanceledException)
            {
                // It is disposed.
            }
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket near)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var caller = new NetworkStream(near, ownsSocket: true);
        try
        {
            byte[] head = await HeadAsync(caller, over.Token);
            bool isWebSocket = Encoding.ASCII.GetString(head).Contains("\r\nUpgrade: websocket", StringComparison.OrdinalIgnoreCase);
            if (isWebSocket && RefusesWebSockets)
            {
                Interlocked.Increment(ref _refused);
                await caller.WriteAsync(Encoding.ASCII.GetBytes(Refusal is null ? "" : $"HTTP/1.1 {Refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), over.Token);
                return;
            }

            using var far = new TcpClient();
            await far.ConnectAsync(_dashboard.Host, _dashboard.Port, over.Token);
            await _passes.Task;
            await far.GetStream().WriteAsync(head, over.Token);
            await Task.WhenAny(PumpAsync(caller, far.GetStream(), over.Token), PumpAsync(far.GetStream(), caller, over.Token), CutAsync(isWebSocket ? CutsWebSocketsAfter : null, over.Token));
            await over.CancelAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side may go at any moment.
        }
    }

    private static async Task<byte[]> HeadAsync(NetworkStream caller, CancellationToken over)
    {
        byte[] head = new byte[MostHead];
        int length = 0;
        while (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int read = await caller.ReadAsync(head.AsMemory(length), over);
            length += read > 0 ? read : throw new IOException("The caller went before it said what it wants.");
        }

        return head[..length];
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken over)
    {
        byte[] piece = new byte[16 << 10];
        for (int read; (read = await from.ReadAsync(piece, over)) > 0;)
        {
            await _passes.Task;
            await to.WriteAsync(piece.AsMemory(0, read), over);
        }

        await _passes.Task;
    }

    private async Task CutAsync(TimeSpan? after, CancellationToken over)
    {
        if (after is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, over);
            return;
        }

        Interlocked.Increment(ref _due);
        try
        {
            await Task.Delay(after.Value, over);
            Interlocked.Increment(ref _cuts);
        }
        finally
        {
            Interlocked.Decrement(ref _due);
        }
    }
}
