using System.Net.Mime;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Api;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Health;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Hubs;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Metrics;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Security;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Security.Visible;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Store.History;
using TdxDash.Wire;

namespace TdxDash.Web;

/// <summary>Puts the dashboard together.</summary>
public static class WebSetup
{
    // The longest plan of PlanText in UTF-8, as JSON inside JSON, which doubles quotes and backslashes at worst.
    private const long CircuitMessageBytes = 512 << 10;

    // A form of the sign-in, and what else comes in a body of its own.
    private const long RequestBytes = 64 << 10;

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    /// <summary>Builds the dashboard; it opens its store when it is started.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="replace">Replaces services; for tests.</param>
    /// <exception cref="StartRefusedException">The settings are wrong.</exception>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        // Settings and assets lie beside the program, wherever it is started from.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(WebSetup).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        DashboardOptions options = DashboardOptions.Read(builder.Configuration);
        ConfigureHost(builder, options);
        AddDashboard(builder.Services, options);
        replace?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        Map(app);
        return app;
    }

    private static void ConfigureHost(WebApplicationBuilder builder, DashboardOptions options)
    {
        // A part of the whole dashboard that asked for what pages get would see nothing, and say so nowhere.
        builder.Host.UseDefaultServiceProvider(provider => (provider.ValidateScopes, provider.ValidateOnBuild) = (true, true));
        // Set always, so that ASPNETCORE_HTTP_PORTS of a base image cannot open the dashboard to the network behind AllowRemote's back.
        builder.WebHost.UseUrls([.. options.Urls]);
        // Outside Development a run from the build folder would not find the assets; a published one has no manifest and ignores this.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            SlowClients.Limit(kestrel.Limits);
            // What takes more says so where it is mapped.
            kestrel.Limits.MaxRequestBodySize = RequestBytes;
            if (options.Tls is not null)
            {
                kestrel.ConfigureHttpsDefaults(https => Https.Use(https, kestrel.ApplicationServices.GetRequiredService<TlsCertificate>()));
            }
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        // The reason of a refused start is printed as one line by Program; the host would add a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (!options.AllowRemote && string.IsNullOrEmpty(builder.Configuration["AllowedHosts"]))
        {
            // A page of another site can point its own name at 127.0.0.1 (DNS rebinding); the Host header gives it away.
            builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
        }
    }

    private static void AddDashboard(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        NodeServices.AddStore(services, options);
        services.AddSingleton<MakeDigest>(HostDigest.From);
        services.AddSingleton<SnapshotReader>();
        services.AddSingleton<StoreWriter>();
        services.AddSingleton<StoreCondition>();
        services.AddSingleton<IStoreCondition>(provider => provider.GetRequiredService<StoreCondition>());
        services.AddSingleton<StoreKeeper>();
        services.AddSingleton<FleetView>();
        services.AddSingleton<ISnapshotArchive, SnapshotArchive>();
        services.AddSingleton<LabelReader>();
        services.AddSingleton<LabelBook>();
        services.AddSingleton<CatalogueFile>();
        services.AddSingleton<IModuleCatalogue>(provider => provider.GetRequiredService<CatalogueFile>());
        AddHistory(services);
        AddMetrics(services, options);
        services.AddSingleton<EventReader>();
        services.AddSingleton<ReinitView>();
        services.AddSingleton<ReinitRequests>();
        services.AddSingleton<ObservationIntake>();
        services.AddSingleton<Admission>();
        ProbeGate.Add(services);
        services.AddSingleton<ProbeDoor>();
        services.AddSingleton<ProbeConnections>();
        services.AddSingleton<ImpersonationWatch>();
        services.AddSingleton<ProbeRegistry>();
        services.AddSingleton<Intake>();
        services.AddSingleton<ImportIntake>();
        VisibleParts.Add(services);
        // Started in this order and stopped in the other: the store outlives everything that writes.
        services.AddHostedService<StoreService>();
        NodeServices.AddRunning(services, options);
        services.AddSingleton<RefusalAudit>();
        services.AddHostedService(provider => provider.GetRequiredService<RefusalAudit>());
        services.AddHostedService<FirstStart>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueFile>());
        services.AddHostedService<LastSeenSaver>();
        services.AddHostedService(provider => VisibleParts.Make<HistoryKeeper>(provider, provider.GetRequiredService<FleetView>()));
        services.AddSingleton<BodyCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<BodyCheck>());
        services.AddHostedService(provider => provider.GetRequiredService<StoreKeeper>());
        services.AddSingleton<BackupKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<BackupKeeper>());
        services.AddHostedService<OpenFileLimit>();
        AlertServices.Add(services);
        // Kept with the data, so that open forms outlive a restart; after the store, which makes the folder private.
        services.AddDataProtection().SetApplicationName("TdxDash");
        services.AddOptions<KeyManagementOptions>().Configure<IXmlRepository>((keys, repository) => keys.XmlRepository = repository);
        HealthEndpoints.Add(services);
        services.AddSignalR().AddJsonProtocol(json =>
        {
            json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
            json.PayloadSerializerOptions.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
            json.PayloadSerializerOptions.RespectNullableAnnotations = true;
            json.PayloadSerializerOptions.RespectRequiredConstructorParameters = true;
        }).AddHubOptions<ProbeHub>(hub =>
        {
            hub.MaximumReceiveMessageSize = ProbeContract.MaxMessageBytes;
            // A probe hears the answers to its heartbeats; a ping is for one that waits for the answer to something longer, and gives up after four intervals. Each costs a buffer of 4 KiB,
            // and those of a whole fleet are due at once.
            hub.KeepAliveInterval = ProbeContract.HeartbeatInterval * 2;
            // A probe that is there sends something in every interval, or in every other one while it waits for the answer to something longer: one that went without a word is not waited for.
            hub.ClientTimeoutInterval = ProbeContract.HeartbeatInterval * 6;
            hub.AddFilter<ProbeHubMeter>();
        }).AddHubOptions<LiveHub>(hub => hub.MaximumReceiveMessageSize = LiveHub.MaxMessageBytes);
        // After the store: it brings along what reads the keys at the start, and a store that refuses the start is to be named first.
        ProbeAuthentication.Add(services);
        AccessRules.Add(services, options);
        Https.Add(services, options.Tls);
        ApiRoutes.Add(services);
        PageCompression.Add(services);
        // Secure comes by the policy of all cookies: asked of this one, the framework would refuse plain HTTP on loopback.
        services.AddAntiforgery(forgery =>
            (forgery.Cookie.Name, forgery.Cookie.Path, forgery.Cookie.SameSite) = ("__Host-tdxdash-forgery", "/", SameSiteMode.Strict));
        services.AddRazorComponents().AddInteractiveServerComponents()
            .AddHubOptions(circuit => circuit.MaximumReceiveMessageSize = CircuitMessageBytes);
        services.AddMudServices();
        services.AddScoped<CircuitRenders>();
        services.AddSingleton(provider => AgedHeap.OfProcess(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SpareMemory(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<StoreWriter>().Spare, provider.GetRequiredService<AgedHeap>()));
        services.AddSingleton<CircuitHandler, GonePages>();
    }

    private static void AddMetrics(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton<DashboardMeter>();
        services.AddSingleton<MeterReader>();
        services.AddSingleton<ProbeHubMeter>();
        services.AddSingleton<CircuitHandler, CircuitMeter>();
        MetricsEndpoint.Add(services);
        if (options.IsOtlpOn)
        {
            OtlpExport.Add(services);
        }
    }

    private static void AddHistory(IServiceCollection services)
    {
        services.AddSingleton<TextTable>();
        services.AddSingleton<DigestSource>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<FleetPastReader>();
        services.AddSingleton<ComparisonReader>();
        services.AddSingleton<HistoryFeed>();
        services.AddSingleton<IHistoryFeed>(provider => provider.GetRequiredService<HistoryFeed>());
        services.AddSingleton<Annotations>();
        services.AddSingleton<FleetPlanner>();
    }

    private static void Map(WebApplication app)
    {
        DashboardOptions options = app.Services.GetRequiredService<DashboardOptions>();
        TrustedProxies.Use(app, options.Proxies);
        if (options.Tls is not null)
        {
            app.UseHsts();
        }

        SecurityHeaders.Use(app);
        ApiErrors.Use(app);
        SameOrigin.Use(app);
        PageCompression.Use(app);
        // Who opens an address that names nothing gets the page that says so; what is no browser, the bare answer.
        app.UseWhen(
            context => HttpMethods.IsGet(context.Request.Method) && !ApiRoutes.IsBelow(context.Request.Path)
                && context.Request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseRouting(); // after what asks again for another address
        app.UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always, MinimumSameSitePolicy = SameSiteMode.Lax });
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter(); // after who is let in at all; probes' connections have ProbeDoor
        app.UseAntiforgery();
        HealthEndpoints.Map(app);
        // Open to everybody: styles and scripts tell nothing of hosts, and the page of the sign-in needs them.
        app.MapStaticAssets().AllowAnonymous();
        OpenIdScheme.Map(app, options.OpenId);
        SignOut.Map(app);
        AuditExport.Map(app);
        RouteGroupBuilder files = app.MapGroup("").RequireAuthorization(Policies.View);
        SnapshotDownload.Map(files);
        CompareDownload.Map(files);
        PaletteEndpoint.Map(files);
        FleetExport.Map(files);
        PlannerFleetExport.Map(files);
        MetricsEndpoint.Map(app);
        CatalogueDownload.Map(files);
        ApiRoutes.Map(app);
        const HttpTransportType Transports = HttpTransportType.WebSockets | HttpTransportType.LongPolling;
        ProbeDoor.Guard(app.MapHub<ProbeHub>(ProbeContract.Path, connection => connection.Transports = Transports)
            .WithMetadata(new RequestSizeLimitAttribute(ProbeContract.MaxMessageBytes)), app.Services);
        ProbeEndpoints.Map(app);
        app.MapHub<LiveHub>(LiveHub.Path, connection => connection.Transports = Transports).RequireAuthorization(Policies.View);
        // The policy above already forbids framing; Blazor would add a second header.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization(Policies.View).WithMetadata(new RequestSizeLimitAttribute(CircuitMessageBytes));
    }
}
