using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Tests.Components;

/// <summary>A test of a page: a fleet in memory, a clock that stands still until told, and an interactive renderer.</summary>
public abstract class PageTestContext : BunitContext
{
    protected PageTestContext()
    {
        // What is awaited comes at once; on a busy machine that takes more than the usual second.
        DefaultWaitTimeout = TimeSpan.FromSeconds(15);
        Services.AddMudServices();
        Services.AddSingleton<IViewer>(Viewer);
        Services.AddSingleton<AntiforgeryStateProvider, NoForgery>();
        Services.AddSingleton<IStoreCondition>(Condition);
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton<IFleetView>(Fleet);
        Services.AddSingleton<ISnapshotArchive>(Fleet);
        Services.AddSingleton<IImportIntake>(Imports);
        Services.AddSingleton<ILabelBook>(Labels);
        Services.AddSingleton<IModuleCatalogue>(Catalogue);
        Services.AddSingleton<IFleetProjection>(_ => Projection = new CountedProjection(new FleetProjection(Fleet, Labels, Catalogue, Time)));
        Services.AddSingleton<IFleetHistory>(Past);
        Services.AddSingleton<IHostHistory>(Past);
        Services.AddSingleton<FleetAtATime>();
        Services.AddSingleton<FleetPlanner>();
        Services.AddSingleton<IReinitView>(Reinits);
        Services.AddSingleton<IReinitRequests>(Requests);
        Services.AddSingleton<SnapshotFinder>();
        Services.AddSingleton<IAlertView>(Alerts);
        Services.AddSingleton<IAlertDesk>(Alerts);
        Services.AddScoped<CircuitRenders>();
        this.AddAuthorization();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    internal FakeViewer Viewer { get; } = new();

    internal FakeCondition Condition { get; } = new();

    internal FakeTimeProvider Time { get; } = new(Samples.Now);

    internal FakeFleet Fleet { get; } = new();

    internal FakeAlerts Alerts { get; } = new();
    internal FakeCatalogue Catalogue { get; } = new();

    internal FakeImports Imports { get; } = new();

    internal FakeLabels Labels { get; } = new();

    internal FakePast Past { get; } = new();

    internal FakeReinits Reinits { get; } = new();

    internal FakeRequests Requests { get; } = new();

    internal CountedProjection? Projection { get; private set; }
}

/// <summary>The real projection, which counts how often pages look at it.</summary>
internal sealed class CountedProjection(FleetProjection projection) : IFleetProjection, IDisposable
{
    /// <summary>How often a page asked for the whole fleet, which it does at most once for each of its renders.</summary>
    public int Reads { get; private set; }

    public FleetSnapshot Current
    {
        get
        {
            Reads++;
            return projection.Current;
        }
    }

    public FleetHost? Find(string hostId) => projection.Find(hostId);

    public IDisposable Subscribe(Action<string> onChange) => projection.Subscribe(onChange);

    public void Dispose() => projection.Dispose();
}

/// <summary>A viewer who may do what a test says; everything at first.</summary>
internal sealed class FakeViewer : IViewer
{
    public Rights Rights { get; set; } = Rights.All;

    public Actor Actor { get; } = new("somebody", "127.0.0.1");

    public Account? Account => null;

    public string? SessionKey => null;

    public bool May(Role role, string hostId) => Rights.MayEverywhere(role);
}

/// <summary>No token against forgery, as no form is sent.</summary>
internal sealed class NoForgery : AntiforgeryStateProvider
{
    public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
}

/// <summary>Labels in memory.</summary>
internal sealed class FakeLabels : ILabelBook
{
    private readonly Dictionary<string, HostLabels> _labels = [];

    private event Action<string>? Changed;

    /// <summary>When set, nothing is changed and this is said.</summary>
    public string? Refusal { get; set; }

    public (IReadOnlyList<string> Groups, IReadOnlyList<string> Tags) InUse =>
        ([.. _labels.Values.Select(labels => labels.Group?.ToString()).OfType<string>().Distinct()], [.. _labels.Values.SelectMany(labels => labels.Tags).Distinct()]);

    public HostLabels Find(string hostId) => _labels.GetValueOrDefault(hostId, HostLabels.None);

    public Task<string?> ChangeAsync(IReadOnlyDictionary<string, HostLabels> labels, Actor by, CancellationToken cancellation, IReadOnlyDictionary<string, HostLabels>? known = null)
    {
        foreach ((string hostId, HostLabels given) in Refusal is null ? labels : new Dictionary<string, HostLabels>())
        {
            _labels[hostId] = given;
            Changed?.Invoke(hostId);
        }

        return Task.FromResult(Refusal);
    }

    public IDisposable Subscribe(Action<string> onChange)
    {
        Changed += onChange;
        return new FakeFleet.Subscription(() => Changed -= onChange);
    }
}

/// <summary>A fleet that a test changes at will.</summary>
internal sealed class FakeFleet : IFleetView, ISnapshotArchive
{
    private readonly Dictionary<string, HostEntry> _hosts = [];
    private readonly Dictionary<string, Snapshot> _snapshots = [];

    public IReadOnlyCollection<HostEntry> Hosts
    {
        get
        {
            Reads++;
            return _hosts.Values;
        }
    }

    /// <summary>How often a page asked for the whole fleet, which it does once for each of its renders.</summary>
    public int Reads { get; private set; }

    public int Subscribers => Changed?.GetInvocationList().Length ?? 0;

    /// <summary>When set, snapshots are answered only by it.</summary>
    public TaskCompletionSource<Snapshot?>? Held { get; set; }

    private event Action<HostEntry>? Changed;

    public HostEntry? Find(string hostId) => _hosts.GetValueOrDefault(hostId);

    public IDisposable Subscribe(Action<HostEntry> onChange)
    {
        Changed += onChange;
        return new Subscription(() => Changed -= onChange);
    }

    public Task<Snapshot?> LatestAsync(string hostId, CancellationToken cancellation) =>
        Held?.Task ?? Task.FromResult(_snapshots.GetValueOrDefault(hostId));

    public Task<Snapshot> ReadAsync(SnapshotHash hash, CancellationToken cancellation) =>
        Task.FromResult(_snapshots[_hosts.Values.First(entry => entry.Hash == hash).HostId]);

    public void Report(HostEntry entry, Snapshot? snapshot = null)
    {
        _hosts[entry.HostId] = entry;
        _snapshots[entry.HostId] = snapshot ?? Samples.Snapshot();
        Changed?.Invoke(entry);
    }

    /// <summary>A sign of life, which is not announced.</summary>
    public void Hear(string hostId, DateTimeOffset at) => _hosts[hostId] = _hosts[hostId] with { LastSeen = at };

    internal sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>A past that a test writes: what each time looked like.</summary>
internal sealed class FakePast : IFleetHistory, IHostHistory
{
    public Dictionary<DateTimeOffset, IReadOnlyList<HostEntry>> Fleets { get; } = [];

    /// <summary>How far the fleet's history reaches.</summary>
    public HistorySpan? Span { get; set; }

    /// <summary>Until when a past fleet loads.</summary>
    public Task Loaded { get; set; } = Task.CompletedTask;

    public async Task<IReadOnlyList<HostEntry>> AsOfAsync(DateTimeOffset at, CancellationToken cancellation)
    {
        await Loaded;
        return Fleets.GetValueOrDefault(at, []);
    }

    public Task<HostEntry?> HostAsOfAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) =>
        Task.FromResult(Fleets.GetValueOrDefault(at, []).FirstOrDefault(entry => entry.HostId == hostId));

    public Task<HistorySpan?> SpanAsync(DateTimeOffset? at, CancellationToken cancellation) => Task.FromResult(Span);

    public Task<IReadOnlyList<ActivityPiece>> ActivityAsync(HistoryFilter filter, int pieces, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<VersionsOverTime> VersionsAsync(TimeWindow window, int moments, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<SilencesOverTime> SilencesAsync(TimeWindow window, int moments, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<HistorySpan?> SpanAsync(string hostId, DateTimeOffset? at, CancellationToken cancellation) => Task.FromResult<HistorySpan?>(null);

    public Task<HostTimeline> TimelineAsync(string hostId, TimeWindow window, int mostMarks, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<HistoryPage> EntriesAsync(HistoryFilter filter, HistoryCursor? from, int limit, CancellationToken cancellation) => Task.FromResult(new HistoryPage([], null));

    public Task<StoredSnapshot?> InForceAsync(string hostId, DateTimeOffset at, CancellationToken cancellation) => Task.FromResult<StoredSnapshot?>(null);

    public Task<StoredSnapshot?> FindAsync(string hostId, long revision, CancellationToken cancellation) => Task.FromResult<StoredSnapshot?>(null);

    public Task<StoredSnapshot?> FindAsync(string hostId, SnapshotHash hash, CancellationToken cancellation) => Task.FromResult<StoredSnapshot?>(null);

    public Task<bool> WasRemovedAsync(long revision, CancellationToken cancellation) => Task.FromResult(false);
}
