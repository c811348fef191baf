using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.HostProbe.Identity;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>One connection to the dashboard's hub, from its start to its loss. It never reconnects by itself: a new connection
/// begins with a hello, so <see cref="UplinkLoop"/> treats the first and every later one alike.</summary>
internal sealed class UplinkConnection : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly UplinkTiming _timing;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private UplinkConnection(HubConnection hub, UplinkTiming timing, TimeProvider time, WakeSignal wake)
    {
        _hub = hub;
        _timing = timing;
        _time = time;
        _hub.Closed += error =>
        {
            Loss = error?.Message ?? "the dashboard closed it";
            _closed.TrySetResult();
            wake.Set();
            return Task.CompletedTask;
        };
    }

    /// <summary>Whether the connection is gone; the wake signal is set when that happens.</summary>
    public bool IsLost => _closed.Task.IsCompleted;

    /// <summary>Why it is gone.</summary>
    public string Loss { get; private set; } = "";

    /// <summary>Connects by a WebSocket; where something between knows none, by what it agrees on with the dashboard, such as long polling.</summary>
    /// <param name="link">The dashboard.</param>
    /// <param name="identity">What the probe shows it.</param>
    /// <param name="timing">The times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wake">Set when the connection is lost.</param>
    /// <param name="cancellation">Ends the try.</param>
    /// <param name="perform">Answers the dashboard's request to re-initialise an emulated module; null where this host has none, and every request is refused.</param>
    /// <exception cref="SignInRefusedException">The dashboard does not let the probe in.</exception>
    public static async Task<UplinkConnection> OpenAsync(
        DashboardLink link, ProbeIdentity identity, UplinkTiming timing, TimeProvider time, WakeSignal wake, CancellationToken cancellation, Func<ReinitRequest, ReinitReply>? perform = null)
    {
        var signIn = new SignIn(link, identity, time);
        try
        {
            return await OpenAsync(direct: true);
        }
        // The dashboard was reached, and no WebSocket came of it: something between answered otherwise, or cut it off.
        catch (WebSocketException e) when (e.InnerException is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
        {
            return await OpenAsync(direct: false);
        }
        catch (Exception e) when (IsRefused(e))
        {
            throw SignInRefusedException.From([]);
        }

        async Task<UplinkConnection> OpenAsync(bool direct)
        {
            var connection = new UplinkConnection(Hub(link, signIn, timing, direct, perform), timing, time, wake);
            try
            {
                await connection.WithinAsync("the connection", timing.Connect, connection._hub.StartAsync, cancellation);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Says who calls. Where the dashboard has no room yet it is said again when the dashboard asks for it, on the same connection: to make another one costs both sides more
    /// than one that waits.</summary>
    /// <param name="hello">Who calls.</param>
    /// <param name="waits">Told each answer that says to wait; null where nobody wants to know.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether the dashboard accepts this probe, or why somebody has to act first.</returns>
    public async Task<HelloReply> HelloAsync(ProbeHello hello, Action<HelloReply>? waits, CancellationToken cancellation)
    {
        while (true)
        {
            HelloReply reply = await CallAsync<HelloReply>(ProbeContract.Hello, hello, cancellation);
            if (reply.Accepted || reply.RetryAfterMilliseconds <= 0)
            {
                return reply;
            }

            waits?.Invoke(reply);
            await _closed.Task.WaitAsync(RetryDelays.After(reply.RetryAfterMilliseconds, _timing), _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Delivers a snapshot.</summary>
    public Task<DeliveryReply> DeliverAsync(SnapshotEnvelope envelope, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Deliver, envelope, cancellation);

    /// <summary>Delivers some snapshots.</summary>
    public Task<BatchReply> DeliverAsync(SnapshotBatch batch, CancellationToken cancellation) =>
        CallAsync<BatchReply>(ProbeContract.DeliverBatch, batch, cancellation);

    /// <summary>Delivers observations.</summary>
    public Task<DeliveryReply> ObserveAsync(ObservationBatch batch, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Observe, batch, cancellation);

    /// <summary>Gives a sign of life.</summary>
    public Task<DeliveryReply> HeartbeatAsync(ProbeHeartbeat heartbeat, CancellationToken cancellation) =>
        CallAsync<DeliveryReply>(ProbeContract.Heartbeat, heartbeat, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    // Agreeing on the transport takes a request of its own, and its connection stays open beside the other one: twice as many for all probes together.
    private static HubConnection Hub(DashboardLink link, SignIn signIn, UplinkTiming timing, bool direct, Func<ReinitRequest, ReinitReply>? perform)
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(link.To(ProbeContract.Path), options =>
            {
                options.AccessTokenProvider = () => signIn.TokenAsync(CancellationToken.None);
                options.CloseTimeout = timing.Grace / 2;
                options.SkipNegotiation = direct;
                options.WebSocketFactory = (context, cancellation) => ConnectAsync(link, signIn, context.Uri, cancellation);
                options.HttpMessageHandlerFactory = given => link.Ca is null ? given : link.Handler();
                options.Transports = direct ? HttpTransportType.WebSockets : HttpTransportType.WebSockets | HttpTransportType.LongPolling;
            })
            .WithKeepAliveInterval(timing.Heartbeat)
            .WithServerTimeout(timing.Silence)
            .AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();
        // By itself it looks each second whether a ping is due or the dashboard has fallen silent, which is a seventh of what an idle probe takes.
        SetTickRate(hub, timing.Silence / 4);
        hub.On<ReinitRequest, ReinitReply>(ProbeContract.PerformReinit, request => perform is null
            ? new ReinitReply(false, "This is no demo machine: its TDX module is only watched, never re-initialised, by this probe.")
            : perform(request));
        return hub;
    }

    // The library sets it for its own tests only. Where a later version has it no more, no connection can be made, which any test of one shows.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_TickRate")]
    private static extern void SetTickRate(HubConnection hub, TimeSpan value);

    // A dashboard that has no room now names a time: another way in would only be one more request. Without one it may be a proxy that knows no WebSockets.
    private static async ValueTask<WebSocket> ConnectAsync(DashboardLink link, SignIn signIn, Uri address, CancellationToken cancellation)
    {
        string? token = await signIn.TokenAsync(cancellation);
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        try
        {
            // The system's own trust needs no handler of its own, of which there would be one for every connection.
            using HttpMessageInvoker? invoker = link.Ca is null ? null : new HttpMessageInvoker(link.Handler());
            await socket.ConnectAsync(address, invoker, cancellation);
            return socket;
        }
        catch (WebSocketException) when (socket.HttpStatusCode == HttpStatusCode.Unauthorized)
        {
            IEnumerable<string> reasons = socket.HttpResponseHeaders?.TryGetValue("WWW-Authenticate", out IEnumerable<string>? given) == true ? given : [];
            var refused = SignInRefusedException.From([.. reasons]);
            socket.Dispose();
            throw refused;
        }
        catch (WebSocketException) when (socket.HttpStatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && socket.HttpResponseHeaders?.ContainsKey("Retry-After") == true)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            socket.Dispose();
            throw new HttpRequestException($"The dashboard has no room now (status {(int)status}).", null, status);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Where no WebSocket can be had every other way is tried in turn, and what each met is gathered.
    private static bool IsRefused(Exception e) => e is HttpRequestException { StatusCode: HttpStatusCode.Unauthorized } || (e is AggregateException all && all.InnerExceptions.Any(IsRefused)) || (e.InnerException is { } inner && IsRefused(inner));

    private async Task<T> CallAsync<T>(string method, object argument, CancellationToken cancellation)
        where T : class
    {
        if (IsLost)
        {
            throw new IOException($"the connection was lost before {method} was called: {Loss}");
        }

        T? reply = null;
        await WithinAsync(method, _timing.Call, async token => reply = await _hub.InvokeAsync<T?>(method, argument, token), cancellation);
        return reply ?? throw new InvalidDataException($"The dashboard answered {method} with nothing; update it to the version of this probe.");
    }

    private async Task WithinAsync(string what, TimeSpan most, Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await call(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw limit.IsCancellationRequested
                ? new TimeoutException($"{what} was not answered within {most.TotalSeconds} s.", e)
                : new IOException($"the connection was lost before {what} was answered.", e);
        }
    }
}
