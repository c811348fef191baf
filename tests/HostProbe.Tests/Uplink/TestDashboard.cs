using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>A dashboard with a real hub on a real port, that stores in memory and misbehaves when told.</summary>
internal sealed class TestDashboard : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string BootId, long Sequence), SnapshotEnvelope> _stored = new();
    private WebApplication? _app;
    private int _port, _challenges;

    public TestDashboard() => Answer = envelope => Reply(Store(envelope));

    public Signals<ProbeHello> Hellos { get; } = new();

    /// <summary>The connections on which a hello was said.</summary>
    public ConcurrentDictionary<string, int> Greeted { get; } = new();

    public Signals<SnapshotEnvelope> Deliveries { get; } = new();

    public Signals<ProbeHeartbeat> Heartbeats { get; } = new();

    public IReadOnlyList<long> StoredSequences => [.. _stored.Keys.Select(k => k.Sequence).Order()];

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public Func<ProbeHello, HelloReply> Welcome { get; set; } = _ => new HelloReply(true, "", ProbeContract.Version);

    /// <summary>What becomes of a delivery; null drops the connection without an answer.</summary>
    public Func<SnapshotEnvelope, Task<DeliveryReply?>> Answer { get; set; }

    /// <summary>Whether it knows batches, as versions before it did not.</summary>
    public bool TakesBatches { get; set; } = true;

    /// <summary>The sequences of each batch.</summary>
    public Signals<long[]> Batches { get; } = new();

    public Func<ProbeHeartbeat, DeliveryReply> Pulse { get; set; } = _ => new DeliveryReply(DeliveryOutcome.Stored, "");

    public Signals<ObservationBatch> Observations { get; } = new();

    /// <summary>Why a key is refused, by its identity; null for those that are let in.</summary>
    public Func<string, string?> Refusal { get; set; } = _ => null;

    /// <summary>Who signed in, one entry for each request.</summary>
    public Signals<ProbeSignIn> SignIns { get; } = new();

    public Func<ObservationBatch, DeliveryReply> Observation { get; set; } = _ => new DeliveryReply(DeliveryOutcome.Stored, "");

    public static Task<DeliveryReply?> Reply(DeliveryOutcome outcome, string reason = "") => Task.FromResult<DeliveryReply?>(new DeliveryReply(outcome, reason));

    public static async Task<TestDashboard> StartNewAsync()
    {
        var dashboard = new TestDashboard();
        await dashboard.StartAsync();
        return dashboard;
    }

    public DeliveryOutcome Store(SnapshotEnvelope envelope) =>
        _stored.TryAdd((envelope.BootId, envelope.Sequence), envelope) ? DeliveryOutcome.Stored : DeliveryOutcome.Duplicate;

    /// <summary>Starts, or starts again on the same port.</summary>
    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_port}");
        builder.Services.AddSingleton(this);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = ProbeContract.MaxMessageBytes)
            .AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
        _app = builder.Build();
        _app.MapGet(ProbeContract.ChallengePath, () => $"challenge-{Interlocked.Increment(ref _challenges)}");
        _app.UseWhen(context => context.Request.Path == ProbeContract.Path, hub => hub.Use(LetInAsync));
        _app.MapHub<TestHub>(ProbeContract.Path);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _port = new Uri(_app.Urls.Single()).Port;
    }

    // As the real one: what is signed is taken apart, and refused with a reason in the header.
    private Task LetInAsync(HttpContext context, RequestDelegate next)
    {
        ProbeSignIn? signIn = ProbeSignIn.Read(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal));
        string? refusal = signIn is null ? ProbeContract.UnknownKey : Refusal(signIn.KeyId);
        if (refusal is not null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = $"Bearer error_description=\"{refusal}\"";
            return Task.CompletedTask;
        }

        SignIns.Add(signIn!);
        return next(context);
    }

    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync(TestContext.Current.CancellationToken);
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private sealed class TestHub(TestDashboard dashboard) : Hub
    {
        public HelloReply Hello(ProbeHello hello)
        {
            dashboard.Greeted.AddOrUpdate(Context.ConnectionId, 1, (_, count) => count + 1);
            dashboard.Hellos.Add(hello);
            return dashboard.Welcome(hello);
        }

        public async Task<DeliveryReply?> Deliver(SnapshotEnvelope envelope)
        {
            Task<DeliveryReply?> answer = dashboard.Answer(envelope);
            dashboard.Deliveries.Add(envelope);
            DeliveryReply? reply = await answer;
            if (reply is null)
            {
                Context.Abort();
            }

            return reply;
        }

        public async Task<BatchReply?> DeliverBatch(SnapshotBatch batch)
        {
            if (!dashboard.TakesBatches)
            {
                throw new HubException("Method does not exist.");
            }

            dashboard.Batches.Add([.. batch.Snapshots.Select(envelope => envelope.Sequence)]);
            var replies = new List<DeliveryReply>();
            foreach (SnapshotEnvelope envelope in batch.Snapshots)
            {
                if (await Deliver(envelope) is not { } reply)
                {
                    return null;
                }

                replies.Add(reply);
            }

            return new BatchReply(replies);
        }

        public DeliveryReply Observe(ObservationBatch batch)
        {
            DeliveryReply reply = dashboard.Observation(batch);
            dashboard.Observations.Add(batch);
            return reply;
        }

        public DeliveryReply Heartbeat(ProbeHeartbeat heartbeat)
        {
            dashboard.Heartbeats.Add(heartbeat);
            return dashboard.Pulse(heartbeat);
        }
    }
}
