using TdxDash.Web.Live.Alerts.Delivery;
using TdxDash.Web.Security.Visible;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Puts alerts together.</summary>
internal static class AlertServices
{
    /// <summary>Adds them; after the store's own service, which opens what these read.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<AlertReader>();
        services.AddSingleton<AlertBook>();
        services.AddSingleton<AlertView>();
        services.AddSingleton<IAlertView>(provider => provider.GetRequiredService<AlertView>());
        services.AddSingleton<AlertSetup>();
        services.AddSingleton<TargetSecrets>();
        services.AddSingleton<WebPost>();
        services.AddSingleton<IAlertSender, WebhookSender>();
        services.AddSingleton<IAlertSender, AlertmanagerSender>();
        services.AddSingleton<IAlertSender, MailSender>();
        services.AddSingleton<AlertKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertKeeper>());
        services.AddSingleton<AlertCourier>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertCourier>());
        services.AddSingleton<IAlertDesk>(provider => VisibleParts.Make<AlertDesk>(provider, provider.GetRequiredService<LabelBook>()));
    }
}
