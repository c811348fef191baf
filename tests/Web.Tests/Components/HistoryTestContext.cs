using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>A test of a page over the real store, with an interactive renderer and a clock that a test sets.</summary>
public abstract class HistoryTestContext : BunitContext
{
    protected HistoryTestContext()
    {
        Services.AddMudServices();
        Services.AddSingleton<IViewer>(new FakeViewer());
        Services.AddSingleton<IStoreCondition>(Condition);
        Services.AddSingleton<TimeProvider>(Store.Time);
        Services.AddSingleton<IFleetView>(Store.Fleet);
        Services.AddSingleton<IFleetProjection>(_ => new FleetProjection(Store.Fleet, new FakeLabels(), new FakeCatalogue(), Store.Time));
        Services.AddSingleton<ISnapshotArchive>(new SnapshotArchive(new SnapshotReader(Store.Engine)));
        Services.AddSingleton(Store.Hosts);
        Services.AddSingleton(Store.Past);
        Services.AddSingleton(Store.Notes);
        Services.AddSingleton<IHistoryFeed>(Store.Feed);
        Services.AddSingleton<SnapshotFinder>();
        Services.AddScoped<CircuitRenders>();
        this.AddAuthorization();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    internal FakeCondition Condition { get; } = new();

    internal HistoryStore Store { get; } = new();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await Store.DisposeAsync();
    }
}
