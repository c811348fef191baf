using System.Globalization;
using System.Net.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Alerts.Delivery;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Alerts;

/// <summary>Alerts over the real store, each round when a test says so, and a restart of everything but the store.</summary>
internal sealed class AlertHouse : IAsyncDisposable
{
    public static readonly AlertCaller Admin = new(new Actor("anna", "192.0.2.1"), Rights.All);

    private readonly TempFolder _keys = new();
    private readonly RemoteCertificateValidationCallback? _trust;
    private readonly AlertOptions _options;
    private readonly Dictionary<int, long> _sequences = [];
    private FleetView _fleet;
    private ServiceProvider _services;

    public AlertHouse(AlertOptions? options = null, RemoteCertificateValidationCallback? trust = null)
    {
        (_options, _trust) = (options ?? AlertOptions.None, trust);
        Store = new HistoryStore(Summarise);
        _fleet = Store.Fleet;
        _services = Build();
    }

    public HistoryStore Store { get; }

    public IAlertView View => Get<IAlertView>();

    public IAlertDesk Desk => Get<IAlertDesk>();

    public AlertReader Reader => Get<AlertReader>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A host whose fullest TDMR uses so many of 16 reserved areas.</summary>
    public async Task ReportAsync(int host, int reserved, bool isReady = true)
    {
        long sequence = _sequences[host] = _sequences.GetValueOrDefault(host) + 1;
        await Store.InsertAsync(host, sequence, Store.Time.GetUtcNow(), SmallSnapshot.Make($"6.{(isReady ? 16 : 15)}.{reserved}", $"host-{host}"));
        if (_fleet != Store.Fleet && Store.Fleet.Find(HistoryStore.HostId(host)) is { } entry)
        {
            _fleet.Apply(sequence, entry);
        }

        Heard(host);
    }

    public void Heard(int host) => _fleet.Heard(HistoryStore.HostId(host), "0.1.0");

    /// <summary>Lets time pass, with a look at its end.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Store.Time.Advance(time);
        await Get<AlertKeeper>().RoundAsync();
    }

    /// <summary>Hands out what is due.</summary>
    public Task DeliverAsync() => Get<AlertCourier>().RoundAsync(TestContext.Current.CancellationToken);

    /// <summary>Raises the alert of many reserved areas on some hosts.</summary>
    public async Task FireAsync(params int[] hosts)
    {
        foreach (int host in hosts)
        {
            await ReportAsync(host, 15);
        }

        await PassAsync(AlertKeeper.SweepAfter);
        Array.ForEach(hosts, Heard);
        await PassAsync(TimeSpan.FromMinutes(1));
    }

    public async Task AddTargetAsync(TargetDraft draft, string secret = "")
    {
        await Get<AlertKeeper>().RoundAsync();
        Assert.Null(await Desk.SaveTargetAsync(Admin, 0, draft, isOn: true, secret));
    }

    /// <summary>Everything in memory is made anew from what is stored.</summary>
    public async Task RestartAsync()
    {
        await _services.DisposeAsync();
        _fleet = new FleetView(new SnapshotReader(Store.Engine), Store.Digests, Store.MakeDigest, Store.Time, NullLogger<FleetView>.Instance);
        _fleet.Load();
        _services = Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Store.DisposeAsync();
        _keys.Dispose();
    }

    private static HostSummary Summarise(Snapshot snapshot)
    {
        string[] release = snapshot.Host.KernelRelease.Value.Split('.');
        return Samples.Summary(snapshot.Host.Name.Value, release[1] == "16" ? TdxState.Ready : TdxState.NotInitialized, Origin.Live) with
        {
            PeakReserved = Reading.Known(int.Parse(release[2], CultureInfo.InvariantCulture), Provenance.Computed, "layout"),
        };
    }

    private ServiceProvider Build()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Store.Time);
        services.AddSingleton(Store.Engine);
        services.AddSingleton<IFleetView>(_fleet);
        services.AddSingleton(JobTurn.Alone());
        services.AddSingleton<LabelReader>();
        services.AddSingleton<LabelBook>();
        services.AddSingleton<ILabelBook>(provider => provider.GetRequiredService<LabelBook>());
        services.AddSingleton<Web.Live.Catalogue.IModuleCatalogue>(new FakeCatalogue());
        services.AddSingleton<FleetProjection>();
        services.AddSingleton(Store.Writer);
        services.AddSingleton(new DashboardOptions
        {
            DataFolder = Store.Engine.Folder,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = StoreOptions.DefaultQueueLength, QueueBytes = 1 << 20 },
            Alerts = _options,
        });
        services.AddDataProtection().SetApplicationName("TdxDash").PersistKeysToFileSystem(new DirectoryInfo(_keys.Path));
        if (_trust is not null)
        {
            services.AddSingleton(_trust);
        }

        AlertServices.Add(services);
        return services.BuildServiceProvider();
    }
}
