using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Support;

/// <summary>The real dashboard on a free port over a real database, and probes that speak to it.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    public const string HostA = "aaaaaaaa-0000-0000-0000-000000000001";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly List<HubConnection> _probes = [];

    private Dashboard(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public FleetView Fleet => _app.Services.GetRequiredService<FleetView>();

    public ISnapshotArchive Archive => _app.Services.GetRequiredService<ISnapshotArchive>();

    public SnapshotReader Reader => _app.Services.GetRequiredService<SnapshotReader>();

    public IImportIntake Imports => _app.Services.GetRequiredService<IImportIntake>();

    public StorePath Path => _app.Services.GetRequiredService<StorePath>();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<Dashboard> StartAsync(TempFolder folder, TimeProvider? time = null, Summarise? summarise = null, Action<IServiceCollection>? replace = null)
    {
        WebApplication app = WebSetup.Build(["--urls", "http://127.0.0.1:0", "--TdxDash:DataFolder", folder.Path], services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            services.AddSingleton(summarise ?? SmallSnapshot.Summarise);
            services.AddSingleton(time ?? TimeProvider.System);
            replace?.Invoke(services);
        });
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new Dashboard(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects a probe that said hello.</summary>
    public async Task<HubConnection> ConnectAsync(string hostId = HostA, string name = "host-a")
    {
        HubConnection probe = await ConnectSilentlyAsync();
        HelloReply reply = await HelloAsync(probe, new ProbeHello(ProbeContract.Version, hostId, name, Origin.Demo, "0.1.0"));
        Assert.True(reply.Accepted, reply.Reason);
        return probe;
    }

    /// <summary>Connects a probe that said nothing.</summary>
    public async Task<HubConnection> ConnectSilentlyAsync(string? origin = null)
    {
        HubConnection probe = new HubConnectionBuilder()
            .WithUrl(new Uri(Address, ProbeContract.Path), connection =>
            {
                if (origin is not null)
                {
                    connection.Headers["Origin"] = origin;
                }
            })
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();
        _probes.Add(probe);
        await probe.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return probe;
    }

    public static Task<HelloReply> HelloAsync(HubConnection probe, ProbeHello hello) =>
        probe.InvokeAsync<HelloReply>(ProbeContract.Hello, hello, TestContext.Current.CancellationToken).WaitAsync(Patience);

    public static Task<DeliveryReply> DeliverAsync(HubConnection probe, SnapshotEnvelope envelope) =>
        probe.InvokeAsync<DeliveryReply>(ProbeContract.Deliver, envelope, TestContext.Current.CancellationToken).WaitAsync(Patience);

    public static Task<DeliveryReply> HeartbeatAsync(HubConnection probe, ProbeHeartbeat heartbeat) =>
        probe.InvokeAsync<DeliveryReply>(ProbeContract.Heartbeat, heartbeat, TestContext.Current.CancellationToken).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (HubConnection probe in _probes)
        {
            await probe.DisposeAsync();
        }

        await _app.StopAsync().WaitAsync(Patience);
        await _app.DisposeAsync();
    }
}
