using Microsoft.AspNetCore.DataProtection.Repositories;
using TdxDash.Web.Health;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Security;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Puts together what several dashboards on one store need.</summary>
internal static class NodeServices
{
    /// <summary>Adds the store and what its users share, where it can have several.</summary>
    public static void AddStore(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(new StorePath(options.DataFolder));
        services.AddSingleton<NodeCondition>();
        if (options.Store.Postgres is not { } postgres)
        {
            services.AddSingleton<StoreEngine>(provider => provider.GetRequiredService<StorePath>());
            services.AddSingleton<IXmlRepository>(provider => new KeyFiles(new DirectoryInfo(Path.Combine(options.DataFolder, KeyFolder.Name)), provider.GetRequiredService<ILoggerFactory>()));
            services.AddSingleton(JobTurn.Alone());
            return;
        }

        services.AddSingleton(new PostgresStore(options.DataFolder, postgres, isDashboard: true));
        services.AddSingleton<StoreEngine>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<DataKeys>();
        services.AddSingleton<IXmlRepository>(provider => provider.GetRequiredService<DataKeys>());
        services.AddSingleton<JobTurn>();
        services.AddSingleton<NodeReader>();
        services.AddSingleton<NodeClock>();
        services.AddSingleton<SharedChallenges>();
        services.AddSingleton<SharedBooks>();
        services.AddSingleton<NodeFeed>();
        services.AddSingleton<SignHorizon>();
        services.AddSingleton<SignFeed>();
        if (options.Redis is { } redis)
        {
            services.AddSingleton(redis);
            services.AddSingleton<RedisSignal>();
            HealthEndpoints.AddLesser(services.AddHealthChecks(), "redis", provider => provider.GetRequiredService<RedisSignal>().IsConnected);
        }
    }

    /// <summary>Adds what runs; after the store's own service, which opens what these read, and before everything that needs keys or does a job.</summary>
    public static void AddRunning(IServiceCollection services, DashboardOptions options)
    {
        if (options.Store.Postgres is null)
        {
            return;
        }

        services.AddHostedService<KeyStart>();
        services.AddHostedService<JobKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<SignFeed>());
        if (options.Redis is not null)
        {
            services.AddHostedService(provider => provider.GetRequiredService<RedisSignal>());
        }
    }
}
