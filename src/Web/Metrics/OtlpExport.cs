using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using TdxDash.Web.Options;

namespace TdxDash.Web.Metrics;

/// <summary>Sends the dashboard's own metrics to an OpenTelemetry collector, where one is named. Without it nothing of OpenTelemetry is loaded and nothing is called.</summary>
internal static class OtlpExport
{
    /// <summary>The keys that name a collector, as OpenTelemetry's specification has them; the SDK reads them and its other ones itself.</summary>
    private static readonly string[] Keys = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>Whether a collector is named. Both keys are checked.</summary>
    public static bool IsOn(OptionReader keys)
    {
        Uri?[] named = [.. Keys.Select(keys.Url)];
        return named.Any(url => url is not null);
    }

    /// <summary>Adds the export.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddHostedService<OtlpTrouble>();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("tdxdash", serviceVersion: DashboardMeter.Version))
            .WithMetrics(metrics => metrics
                .AddMeter(DashboardMeter.Name, "System.Runtime", "Microsoft.AspNetCore.Components.Server.Circuits", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddOtlpExporter());
    }
}

/// <summary>Logs what the SDK only tells those who listen: a collector that cannot be reached. The same trouble once an hour.</summary>
internal sealed class OtlpTrouble(TimeProvider time, ILogger<OtlpTrouble> log) : EventListener, IHostedService
{
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<int, long> _told = new();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry-", StringComparison.Ordinal))
        {
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_told.TryGetValue(eventData.EventId, out long at) && time.GetElapsedTime(at) < Again)
        {
            return;
        }

        _told[eventData.EventId] = time.GetTimestamp();
        string said = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? "", [.. eventData.Payload ?? []]);
        log.LogWarning("OpenTelemetry: {Said} The dashboard itself goes on; check the collector named by OTEL_EXPORTER_OTLP_ENDPOINT.", Security.ShownText.Limit(said, Security.ShownText.MaxSentence));
    }
}
