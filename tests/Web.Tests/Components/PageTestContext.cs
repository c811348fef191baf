using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Components;

/// <summary>A test of a page: a fleet in memory, a clock that stands still until told, and an interactive renderer.</summary>
public abstract class PageTestContext : BunitContext
{
    protected PageTestContext()
    {
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton<IFleetView>(Fleet);
        Services.AddSingleton<ISnapshotArchive>(Fleet);
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    internal FakeTimeProvider Time { get; } = new(Samples.Now);

    internal FakeFleet Fleet { get; } = new();
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

    public void Report(HostEntry entry, Snapshot? snapshot = null)
    {
        _hosts[entry.HostId] = entry;
        _snapshots[entry.HostId] = snapshot ?? Samples.Snapshot();
        Changed?.Invoke(entry);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
