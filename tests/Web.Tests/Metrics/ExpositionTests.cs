using System.Buffers;
using System.Text;
using TdxDash.Web.Metrics;

namespace TdxDash.Web.Tests.Metrics;

public sealed class ExpositionTests
{
    private static readonly MetricFamily Dropped = new("x_dropped", MetricKind.Counter, "", "What \"was\"\\dropped.");
    private static readonly MetricFamily Size = new("x_size_bytes", MetricKind.Gauge, "bytes", "How large.");
    private static readonly MetricFamily Identity = new("x", MetricKind.Info, "", "What it is.");

    [Fact]
    public void Write_Text_IsPrometheusForm() => Assert.Equal(
        """
        # HELP x_dropped_total What "was"\\dropped.
        # TYPE x_dropped_total counter
        x_dropped_total{a="1",b="2"} 7
        # HELP x_size_bytes How large.
        # TYPE x_size_bytes gauge
        x_size_bytes 1.5
        # HELP x_info What it is.
        # TYPE x_info gauge
        x_info{b="2"} 1

        """, Write(ExpositionFormat.Text));

    [Fact]
    public void Write_OpenMetrics_HasUnitsInfosAndAnEnd() => Assert.Equal(
        """
        # HELP x_dropped What \"was\"\\dropped.
        # TYPE x_dropped counter
        x_dropped_total{a="1",b="2"} 7
        # HELP x_size_bytes How large.
        # TYPE x_size_bytes gauge
        # UNIT x_size_bytes bytes
        x_size_bytes 1.5
        # HELP x What it is.
        # TYPE x info
        x_info{b="2"} 1
        # EOF

        """, Write(ExpositionFormat.OpenMetrics));

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;q=0.4,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("; ;", false)]
    public void Of_Accept_IsWhatItRanksHighest(string? accept, bool isOpen) =>
        Assert.Equal(isOpen ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text, ExpositionFormats.Of(accept));

    [Theory]
    [InlineData("rack1", "a=\"rack1\"")]
    [InlineData("a\"b\\c", "a=\"a\\\"b\\\\c\"")]
    [InlineData("x\"} 1\nfake_metric 2", "a=\"x\\\"} 1\uFFFDfake_metric 2\"")]
    [InlineData("\u202Eevil\u0000", "a=\"\uFFFDevil\uFFFD\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Of_HostileValue_StaysOneLabel(string? value, string expected) => Assert.Equal(expected, MetricLabels.Of(("a", value)));

    [Fact]
    public void Of_LongValue_IsCut() => Assert.Equal(MetricLabels.MaxValue + "a=\"\"".Length, MetricLabels.Of(("a", new string('x', 10_000))).Length);

    [Theory]
    [InlineData(0.005, "0.005")]
    [InlineData(1, "1.0")]
    [InlineData(30, "30.0")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Bound_OfABucket_IsTheSameInBothForms(double bound, string expected) => Assert.Equal(expected, ExpositionWriter.Bound(bound));

    private static string Write(ExpositionFormat format)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ExpositionWriter(output, format);
        writer.Begin(Dropped);
        writer.Sample(Dropped.SampleName, "a=\"1\""u8, "b=\"2\"", 7);
        writer.Begin(Size);
        writer.Sample(Size.SampleName, ""u8, "", 1.5);
        writer.Begin(Identity);
        writer.Sample(Identity.SampleName, ""u8, "b=\"2\"", 1);
        writer.End();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
