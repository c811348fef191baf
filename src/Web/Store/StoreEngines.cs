using TdxDash.Web.Options;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Store;

/// <summary>Chooses the engine that is set.</summary>
internal static class StoreEngines
{
    /// <summary>The engine of the settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="isDashboard">Whether the dashboard itself uses it, and not a command that may run beside one.</param>
    public static StoreEngine Of(DashboardOptions options, bool isDashboard) => options.Store.Postgres is { } postgres
        ? new PostgresStore(options.DataFolder, postgres, isDashboard)
        : new StorePath(options.DataFolder);
}
