using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace TdxDash.Web.Metrics;

/// <summary>The two written forms of metrics.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus' text format 0.0.4 (prometheus.io, Exposition formats).</summary>
    Text,

    /// <summary>OpenMetrics 1.0.0 (its specification, Text Format).</summary>
    OpenMetrics,
}

/// <summary>Which form a scraper asks for.</summary>
internal static class ExpositionFormats
{
    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>The form that an Accept header ranks highest; the text format where it says nothing of either, as a browser does.</summary>
    public static ExpositionFormat Of(StringValues accept)
    {
        // What cannot be read as a list of types asks for nothing.
        if (!MediaTypeHeaderValue.TryParseList(accept, out IList<MediaTypeHeaderValue>? types))
        {
            return ExpositionFormat.Text;
        }

        double open = Best(types, OpenMetricsType), text = Best(types, "text/plain");
        return open > 0 && open >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text;
    }

    /// <summary>The content type of a form.</summary>
    public static string ContentType(ExpositionFormat format) =>
        format == ExpositionFormat.OpenMetrics ? OpenMetricsType + "; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";

    private static double Best(IList<MediaTypeHeaderValue> types, string type) =>
        types.Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(one => one.Quality ?? 1).DefaultIfEmpty(0).Max();
}
