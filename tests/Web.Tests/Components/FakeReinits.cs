using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Tests.Components;

/// <summary>What is seen of modules, as a test says it: folded as in the product.</summary>
internal sealed class FakeReinits : IReinitView
{
    public const string Boot = "bbbbbbbb-0000-0000-0000-000000000001";

    private readonly Dictionary<string, HostReinit> _hosts = [];
    private readonly List<ReinitEvent> _events = [];

    private event Action<HostReinit>? Changed;

    private event Action<IReadOnlyList<ReinitNews>>? Stored;

    public IReadOnlyCollection<HostReinit> Hosts => _hosts.Values;

    public IReadOnlyCollection<string> Updating => [.. _hosts.Values.Where(host => host.IsUpdating).Select(host => host.HostId)];

    public int Subscribers => (Changed?.GetInvocationList().Length ?? 0) + (Stored?.GetInvocationList().Length ?? 0);

    public HostReinit? Find(string hostId) => _hosts.GetValueOrDefault(hostId);

    public Task<IReadOnlyList<ReinitEvent>> EventsAsync(string hostId, int most, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ReinitEvent>>([.. Enumerable.Reverse(_events).Where(seen => seen.HostId == hostId).Take(most)]);

    public Task<IReadOnlyList<ReinitEvent>> RecentAsync(int most, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ReinitEvent>>([.. Enumerable.Reverse(_events).Take(most)]);

    public IDisposable Follow(Action<IReadOnlyList<ReinitNews>> onNews)
    {
        Stored += onNews;
        return new FakeFleet.Subscription(() => Stored -= onNews);
    }

    public IDisposable Subscribe(Action<HostReinit> onChange)
    {
        Changed += onChange;
        return new FakeFleet.Subscription(() => Changed -= onChange);
    }

    /// <summary>The host's clock is the dashboard's.</summary>
    public void See(string hostId, params IEnumerable<ReinitObservation> observations)
    {
        foreach (ReinitObservation seen in observations)
        {
            long number = _events.Count + 1;
            ReinitState state = (Find(hostId)?.State ?? ReinitState.Empty).Apply(seen);
            _hosts[hostId] = new HostReinit(hostId, Boot, state, number, seen.At, seen.At);
            _events.Add(new ReinitEvent(number, hostId, Boot, number, seen.At, seen));
            Changed?.Invoke(_hosts[hostId]);
            Stored?.Invoke([new ReinitNews(_events[^1], state)]);
        }
    }
}

/// <summary>Notes what is asked of demo hosts.</summary>
internal sealed class FakeRequests : IReinitRequests
{
    public List<(string HostId, string Profile, string Fault)> Asked { get; } = [];

    /// <summary>Why a host does not begin; null for one that does.</summary>
    public Func<string, string?> Refuse { get; set; } = _ => null;

    public Task<string?> AskAsync(string hostId, string profile, string fault, CancellationToken cancellation)
    {
        Asked.Add((hostId, profile, fault));
        return Task.FromResult(Refuse(hostId));
    }
}

/// <summary>Updates as a kernel shows them, one second apart.</summary>
internal static class Updates
{
    public static readonly ModuleFingerprint Old = new("1.5.08", "build 784", "0x1", "64 TDMRs", new string('a', 64), 3);

    public static readonly ModuleFingerprint New = Old with { Version = "1.5.16", Build = "build 900", UpdatesLeft = 2 };

    public static ReinitObservation Node(DateTimeOffset at, string status, string? error = null, long? remaining = null, bool? loading = false, Provenance provenance = Provenance.Kernel) =>
        new(at, provenance, "/sys/class/firmware/tdx_module") { Upload = new UploadValues(status, error ?? (status == "idle" ? "" : null), remaining, loading) };

    public static ReinitObservation Line(DateTimeOffset at, string text) => new(at, Provenance.Kernel, "/dev/kmsg") { KernelLine = text };

    public static ReinitObservation Sweep(DateTimeOffset at, ModuleFingerprint? identity) => new(at, Provenance.Emulated, "TDH.SYS.RDALL") { Sweep = new SweepResult(identity, "") };

    public static ReinitObservation Step(DateTimeOffset at, EmulatedStep step, long done, long total) =>
        new(at, Provenance.Emulated, "emulated module") { Progress = new EmulatedProgress(step, done, total) };

    /// <summary>Up to the moment when the kernel replaces the module: the sixth second.</summary>
    public static IReadOnlyList<ReinitObservation> ToTheKernel(DateTimeOffset start, Provenance provenance = Provenance.Kernel) =>
    [
        Sweep(start, Old), Node(start.AddSeconds(1), "idle", loading: true, provenance: provenance), Node(start.AddSeconds(2), "receiving", remaining: 1_048_576, provenance: provenance),
        Node(start.AddSeconds(3), "preparing", remaining: 1_048_576, provenance: provenance), Node(start.AddSeconds(4), "transferring", remaining: 524_288, provenance: provenance),
        Node(start.AddSeconds(5), "programming", remaining: 0, provenance: provenance),
    ];

    /// <summary>All of an update that ends well.</summary>
    public static IReadOnlyList<ReinitObservation> Whole(DateTimeOffset start, ModuleFingerprint? after = null) =>
        [.. ToTheKernel(start), Node(start.AddSeconds(7), "idle"), Sweep(start.AddSeconds(8), after ?? New)];

    /// <summary>An update that fails.</summary>
    public static IReadOnlyList<ReinitObservation> Failed(DateTimeOffset start, string error, params IEnumerable<string> lines) =>
        [.. ToTheKernel(start), .. lines.Select(line => Line(start.AddSeconds(6), line)), Node(start.AddSeconds(7), "idle", error)];
}
