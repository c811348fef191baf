using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Posts alerts to an Alertmanager (<c>/api/v2/alerts</c>). It forgets what it is not told again within its <c>resolve_timeout</c>, so what fires is sent again and again, without an end.</summary>
internal sealed class AlertmanagerSender(WebPost post) : IAlertSender
{
    /// <summary>How often what fires is sent again, as Prometheus does.</summary>
    public static readonly TimeSpan ResendAfter = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public AlertTargetKind Kind => AlertTargetKind.Alertmanager;

    /// <inheritdoc/>
    public Task<string?> SendAsync(TargetDraft draft, string secret, AlertMessage message, CancellationToken cancellation)
    {
        AlertmanagerAlert[] alerts = [.. message.Alerts.Select(alert => Of(message, alert))];
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(alerts, MessageJson.Default.IReadOnlyListAlertmanagerAlert);
        return post.SendAsync(new Uri(draft.Address.TrimEnd('/') + "/api/v2/alerts"), body, headers =>
        {
            if (draft.User.Length > 0)
            {
                headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{draft.User}:{secret}")));
            }
            else if (secret.Length > 0)
            {
                headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            }
        }, cancellation);
    }

    private static AlertmanagerAlert Of(AlertMessage message, MessageAlert alert)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = message.Rule,
            ["severity"] = message.Severity,
            ["kind"] = message.Kind,
            ["service"] = "tdxdash",
            ["host"] = alert.Host.Name,
            ["host_id"] = alert.Host.Id,
            ["origin"] = alert.Host.Origin,
            ["emulated"] = alert.Host.Emulated ? "true" : "false",
        };
        Add(labels, "group", alert.Host.Group);
        Add(labels, "cpu_family", alert.Host.CpuFamily);
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = $"{(alert.Host.Emulated ? "emulated: " : "")}{alert.Host.Name}: {message.Title}",
            ["description"] = alert.Text,
            ["source"] = alert.Source,
        };
        // Refused for good would be an end before the start, as a wall clock that was set back makes one.
        DateTimeOffset? end = alert.EndsAt < alert.StartsAt ? alert.StartsAt : alert.EndsAt;
        return new AlertmanagerAlert(labels, annotations, alert.StartsAt, end, alert.Url ?? message.Url ?? "");
    }

    // An empty label is none to Alertmanager.
    private static void Add(Dictionary<string, string> labels, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            labels[name] = value;
        }
    }
}
