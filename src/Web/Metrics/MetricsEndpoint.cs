using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Metrics;

/// <summary>What Prometheus scrapes: the hosts that the caller may see, and the dashboard itself for those who see all.</summary>
internal static class MetricsEndpoint
{
    /// <summary>The address.</summary>
    public const string Route = "/metrics";

    private const string Policy = "metrics";

    // A scrape of a large fleet keeps a core busy for a second: two at once are enough for two Prometheus servers, and a few may wait.
    private const int MostAtOnce = 2, MostWaiting = 8;

    private const int FlushBytes = 64 << 10;

    /// <summary>Adds what bounds the scrapes at one time.</summary>
    public static void Add(IServiceCollection services) => services.AddRateLimiter(limits => limits.AddConcurrencyLimiter(Policy, limit =>
    {
        limit.PermitLimit = MostAtOnce;
        limit.QueueLimit = MostWaiting;
    }));

    public static void Map(WebApplication app)
    {
        // Listens from now on: before the first page and the first probe.
        MeterReader own = app.Services.GetRequiredService<MeterReader>();
        app.MapGet(Route, (HttpContext context, FleetProjection fleet) => WriteAsync(context, fleet, own)).RequireAuthorization(Policies.View).RequireRateLimiting(Policy);
    }

    internal static async Task WriteAsync(HttpContext context, IFleetProjection fleet, MeterReader own)
    {
        ExpositionFormat format = ExpositionFormats.Of(context.Request.Headers.Accept);
        HttpResponse response = context.Response;
        response.ContentType = ExpositionFormats.ContentType(format);
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = $"{HeaderNames.Accept}, {HeaderNames.AcceptEncoding}";
        if (!IsGzipTaken(context.Request))
        {
            await WriteAsync(context, response.BodyWriter, format, fleet.Current, own);
            return;
        }

        // The level that pages are compressed at would take most of a scrape's time.
        response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        PipeWriter output = PipeWriter.Create(gzip, new StreamPipeWriterOptions(minimumBufferSize: FlushBytes, leaveOpen: true));
        await WriteAsync(context, output, format, fleet.Current, own);
        await output.CompleteAsync();
    }

    private static async Task WriteAsync(HttpContext context, PipeWriter output, ExpositionFormat format, FleetSnapshot fleet, MeterReader own)
    {
        Rights rights = CallerRights.Of(context.User);
        var writer = new ExpositionWriter(output, format);
        (FleetHost Host, byte[] Labels)[] hosts = [.. fleet.Hosts.Where(host => rights.May(Role.Viewer, host.Labels.Group)).Select(host => (host, Encoding.UTF8.GetBytes(HostMetrics.Labels(host))))];
        foreach (HostMetric metric in HostMetrics.All)
        {
            writer.Begin(metric.Family);
            foreach ((FleetHost host, byte[] labels) in hosts)
            {
                Write(writer, metric, host, labels, fleet.At);
                if (output.UnflushedBytes > FlushBytes)
                {
                    await output.FlushAsync(context.RequestAborted);
                }
            }
        }

        // How large the whole fleet is and how it does is nothing for who sees one group.
        if (rights.SeesAll)
        {
            own.Write(writer);
        }

        writer.End();
        await output.FlushAsync(context.RequestAborted);
    }

    private static void Write(ExpositionWriter writer, HostMetric metric, FleetHost host, byte[] labels, DateTimeOffset now)
    {
        foreach (HostSeries series in metric.Series)
        {
            if (series.Value(host, now) is double value)
            {
                writer.Sample(metric.Family.SampleName, labels, series.Labels(host), value);
            }
        }
    }

    private static bool IsGzipTaken(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? encodings)
        && encodings.Any(encoding => encoding.Value == "gzip" && encoding.Quality is null or > 0);
}
