using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>One connection to the dashboard's hub, from its start to its loss. It never reconnects by itself: a new connection
/// begins with a hello, so <see cref="UplinkLoop"/> treats the first and every later one alike.</summary>
internal sealed class UplinkConnection : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly UplinkTiming _timing;
    private readonly TimeProvider _time;
    private volatile bool _lost;

    private UplinkConnection(HubConnection hub, UplinkTiming timing, TimeProvider time, WakeSignal wake)
    {
        _hub = hub;
        _timing = timing;
        _time = time;
        _hub.Closed += error =>
        {
            Loss = error?.Message ?? "the dashboard closed it";
            _lost = true;
            wake.Set();
            return Task.CompletedTask;
        };
    }

    /// <summary>Whether the connection is gone; the wake signal is set when that happens.</summary>
    public bool IsLost => _lost;

    /// <summary>Why it is gone.</summary>
    public string Loss { get; private set; } = "";

    /// <summary>Connects.</summary>
    /// <param name="dashboard">The dashboard's address.</param>
    /// <param name="timing">The times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wake">Set when the connection is lost.</param>
    /// <param name="cancellation">Ends the try.</param>
    /// <param name="perform">Answers the dashboard's request to re-initialise an emulated module; null where this host has none, and every request is refused.</param>
    public static async Task<UplinkConnection> OpenAsync(
        Uri dashboard, UplinkTiming timing, TimeProvider time, WakeSignal wake, CancellationToken cancellation, Func<ReinitRequest, ReinitReply>? perform = null)
    {
        IHubConnectionBuilder builder = new HubConnectionBuilder()
            .WithUrl(HubAddress(dashboard), options => options.CloseTimeout = timing.Grace / 2)
            .WithKeepAliveInterval(timing.Heartbeat)
            .WithServerTimeout(timing.Silence)
            .AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
        var connection = new UplinkConnection(builder.Build(), timing, time, wake);
        connection._hub.On<ReinitRequest, ReinitReply>(ProbeContract.PerformReinit, request => perform is null
            ? new ReinitReply(false, "This is no demo machine: its TDX module is only watched, never re-initialised, by this probe.")
            : perform(request));
        try
        {
            await connection.WithinAsync("the connection", connection._hub.StartAsync, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says who calls.</summary>
    public Task<HelloReply> HelloAsync(ProbeHello hello, CancellationToken cancellation) =>
        CallAsync<HelloReply>(ProbeContract.Hello, hello, cancellation);

    /// <summary>Delivers a snapshot.</summary>
    public Task<DeliveryReply> DeliverAsync(SnapshotEnvelope envelope, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Deliver, envelope, cancellation);

    /// <summary>Delivers observations.</summary>
    public Task<DeliveryReply> ObserveAsync(ObservationBatch batch, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Observe, batch, cancellation);

    /// <summary>Gives a sign of life.</summary>
    public Task<DeliveryReply> HeartbeatAsync(ProbeHeartbeat heartbeat, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Heartbeat, heartbeat, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static Uri HubAddress(Uri dashboard) => new($"{dashboard.AbsoluteUri.TrimEnd('/')}{ProbeContract.Path}");

    private async Task<T> CallAsync<T>(string method, object argument, CancellationToken cancellation)
        where T : class
    {
        T? reply = null;
        await WithinAsync(method, async token => reply = await _hub.InvokeAsync<T?>(method, argument, token), cancellation);
        return reply ?? throw new InvalidDataException($"The dashboard answered {method} with nothing; update it to the version of this probe.");
    }

    private async Task WithinAsync(string what, Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_timing.Call, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await call(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw limit.IsCancellationRequested
                ? new TimeoutException($"{what} was not answered within {_timing.Call.TotalSeconds} s.", e)
                : new IOException($"the connection was lost before {what} was answered.", e);
        }
    }
}
