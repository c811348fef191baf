namespace TdxDash.Web.Metrics;

/// <summary>What a family of metrics is.</summary>
internal enum MetricKind
{
    /// <summary>A value that rises and falls.</summary>
    Gauge,

    /// <summary>A count that only rises, from the start of what counts.</summary>
    Counter,

    /// <summary>Text in labels; the value is 1.</summary>
    Info,

    /// <summary>How often a value was at most so high.</summary>
    Histogram,
}

/// <summary>A family of metrics as Prometheus and OpenMetrics know it.</summary>
/// <param name="Name">The name without the suffixes <c>_total</c> and <c>_info</c>; it ends in the unit.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Unit">The base unit: <c>bytes</c>, <c>seconds</c>, <c>ratio</c>; empty for what is counted.</param>
/// <param name="Help">What it says, in one sentence.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Unit, string Help)
{
    /// <summary>The name of the family's samples; those of a histogram have more behind it.</summary>
    public string SampleName { get; } = Kind switch
    {
        MetricKind.Counter => Name + "_total",
        MetricKind.Info => Name + "_info",
        _ => Name,
    };
}
