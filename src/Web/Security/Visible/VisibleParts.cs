using TdxDash.Web.Components.Palette;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Hubs;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Security.Visible;

/// <summary>What pages and endpoints get when they ask for hosts, by their viewer's rights, each scope its own. What serves the whole dashboard has the whole fleet,
/// by the classes themselves.</summary>
internal static class VisibleParts
{
    public static void Add(IServiceCollection services)
    {
        AddWhole(services);
        services.AddScoped<IFleetView, VisibleFleet>();
        services.AddScoped<IFleetProjection, VisibleProjection>();
        services.AddScoped<ILabelBook, VisibleLabels>();
        services.AddScoped<IAnnotations, VisibleAnnotations>();
        services.AddScoped<IHostHistory, VisibleHostHistory>();
        services.AddScoped<IFleetHistory, VisibleFleetHistory>();
        services.AddScoped<IReinitView, VisibleReinits>();
        services.AddScoped<IReinitRequests, AllowedReinitRequests>();
        services.AddScoped<IImportIntake, AllowedImport>();
        services.AddScoped<SnapshotFinder>();
        services.AddScoped<FleetAtATime>();
        services.AddScoped<PaletteSearch>();
    }

    private static void AddWhole(IServiceCollection services)
    {
        services.AddSingleton(provider => Make<FleetProjection>(provider, Fleet(provider), provider.GetRequiredService<LabelBook>()));
        services.AddSingleton(provider => Make<HostHistory>(provider, Fleet(provider)));
        services.AddSingleton(provider => Make<FleetHistory>(provider, Fleet(provider)));
        services.AddSingleton(provider => Make<LiveStream>(provider, provider.GetRequiredService<ReinitView>()));
    }

    /// <summary>Makes a part of the whole dashboard.</summary>
    /// <param name="provider">The other parts.</param>
    /// <param name="whole">What it gets in the place of what pages get.</param>
    public static T Make<T>(IServiceProvider provider, params object[] whole) => ActivatorUtilities.CreateInstance<T>(provider, whole);

    private static FleetView Fleet(IServiceProvider provider) => provider.GetRequiredService<FleetView>();
}
