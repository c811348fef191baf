using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
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

    private Dashboard(WebApplication app)
    {
        _app = app;
        Keys = new ProbeKeyring(this);
    }

    public ProbeKeyring Keys { get; }

    public Uri Address => new(_app.Urls.Single());

    public FleetView Fleet => _app.Services.GetRequiredService<FleetView>();

    public ISnapshotArchive Archive => _app.Services.GetRequiredService<ISnapshotArchive>();

    public SnapshotReader Reader => _app.Services.GetRequiredService<SnapshotReader>();

    public IImportIntake Imports => _app.Services.GetRequiredService<ImportIntake>();

    /// <summary>The database on whichever engine the test's class asks for.</summary>
    public StoreEngine Engine => _app.Services.GetRequiredService<StoreEngine>();

    /// <summary>The SQLite file, for tests of what only that has.</summary>
    public StorePath Path => _app.Services.GetRequiredService<StorePath>();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<Dashboard> StartAsync(TempFolder folder, TimeProvider? time = null, Func<Snapshot, HostSummary>? summarise = null, string[]? settings = null, ILoggerProvider? log = null,
        Action<IServiceCollection>? replace = null)
    {
        // One for each folder, so that a dashboard that is started again finds what it left.
        TestStore? database = TestStore.IsOnPostgres ? folder.Database() : null;
        WebApplication app = WebSetup.Build(["--urls", "http://127.0.0.1:0", "--TdxDash:DataFolder", folder.Path, .. database?.Settings ?? [], .. settings ?? []], services =>
        {
            services.AddLogging(logging =>
            {
                logging.ClearProviders();
                if (log is not null)
                {
                    logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
                }
            });
            services.AddSingleton(SmallDigest.By(summarise ?? SmallSnapshot.Summarise));
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

    /// <summary>A client with an API token of an account of its own.</summary>
    /// <param name="grants">What the account may do; everything where none is named.</param>
    public async Task<HttpClient> ClientAsync(params Grant[] grants)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(grants));
        return client;
    }

    /// <summary>An API token of an account of its own.</summary>
    /// <param name="grants">What the account may do; everything where none is named.</param>
    public async Task<string> TokenAsync(params Grant[] grants)
    {
        if (grants.Length == 0)
        {
            grants = [new Grant(Role.Administrator, null)];
        }

        Assert.True(AccountName.TryParse($"test-{Guid.NewGuid():N}", out AccountName name));
        (Account? account, string? problem) = await Service<AccountBook>().AddAsync(new Account { Id = 0, Name = name, Grants = [.. grants], CreatedAt = default }, Actor.System);
        Assert.Null(problem);
        // One token for each grant could be wanted; the first one is the widest in every test.
        (Secret? secret, problem) = await Service<TokenBook>().MakeAsync(account!, "test", grants[0], TimeSpan.FromDays(1), Actor.System);
        Assert.Null(problem);
        return secret!.Text;
    }

    /// <summary>Connects a probe that said hello.</summary>
    public async Task<HubConnection> ConnectAsync(string hostId = HostA, string name = "host-a")
    {
        HubConnection probe = await ConnectSilentlyAsync(hostId: hostId);
        HelloReply reply = await HelloAsync(probe, new ProbeHello(ProbeContract.Version, hostId, name, Origin.Demo, "0.1.0"));
        Assert.True(reply.Accepted, reply.Reason);
        return probe;
    }

    /// <summary>Connects a probe that said nothing, with the key of a host's probe.</summary>
    public async Task<HubConnection> ConnectSilentlyAsync(string? origin = null, string hostId = HostA) => await ConnectAsync(await Keys.OfHostAsync(hostId), origin);

    /// <summary>Connects with a key, and says nothing.</summary>
    public async Task<HubConnection> ConnectAsync(ECDsa key, string? origin = null, HttpTransportType transports = HttpTransportType.WebSockets | HttpTransportType.LongPolling)
    {
        HubConnection probe = new HubConnectionBuilder()
            .WithUrl(new Uri(Address, ProbeContract.Path), transports, connection =>
            {
                connection.AccessTokenProvider = () => Keys.SignInAsync(key);
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

    public static async Task<DeliveryReply[]> DeliverAsync(HubConnection probe, params SnapshotEnvelope[] envelopes) => [.. (await
        probe.InvokeAsync<BatchReply>(ProbeContract.DeliverBatch, new SnapshotBatch(envelopes), TestContext.Current.CancellationToken).WaitAsync(Patience)).Replies];

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
