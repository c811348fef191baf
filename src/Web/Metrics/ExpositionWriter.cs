using System.Buffers;
using System.Globalization;
using System.Text;

namespace TdxDash.Web.Metrics;

/// <summary>Writes metrics in one of the two forms. Libraries keep every series as an object between scrapes and give all callers the same; this writes what a caller may
/// see straight from the fleet in memory.</summary>
/// <param name="output">Takes the bytes.</param>
/// <param name="format">The form.</param>
internal sealed class ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    // The longest double in its shortest form has 24 characters.
    private const int MaxNumber = 32;

    private bool IsOpen => format == ExpositionFormat.OpenMetrics;

    /// <summary>Begins a family; all its samples follow before the next one begins.</summary>
    public void Begin(MetricFamily family)
    {
        string name = IsOpen ? family.Name : family.SampleName;
        Text($"# HELP {name} {Help(family.Help)}\n");
        Text($"# TYPE {name} {Word(family.Kind)}\n");
        if (IsOpen && family.Unit.Length > 0)
        {
            Text($"# UNIT {name} {family.Unit}\n");
        }
    }

    /// <summary>Writes a sample.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="labels">Its labels in UTF-8, as <see cref="MetricLabels"/> writes them; empty for none.</param>
    /// <param name="more">Further labels; empty for none.</param>
    /// <param name="value">Its value.</param>
    public void Sample(string name, ReadOnlySpan<byte> labels, string more, double value)
    {
        Text(name);
        if (labels.Length + more.Length > 0)
        {
            output.Write("{"u8);
            output.Write(labels);
            Text(labels.Length > 0 && more.Length > 0 ? "," : "");
            Text(more);
            output.Write("}"u8);
        }

        output.Write(" "u8);
        Number(value);
        output.Write("\n"u8);
    }

    /// <summary>Ends the whole.</summary>
    public void End()
    {
        if (IsOpen)
        {
            output.Write("# EOF\n"u8);
        }
    }

    /// <summary>A bucket's upper bound: a number with a point, so that both forms give the same label.</summary>
    public static string Bound(double bound) => double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString(bound == Math.Floor(bound) ? "0.0" : "R", CultureInfo.InvariantCulture);

    private string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info when IsOpen => "info",
        _ => "gauge",
    };

    private string Help(string help)
    {
        string text = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return IsOpen ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);

    private void Number(double value)
    {
        Span<byte> span = output.GetSpan(MaxNumber);
        value.TryFormat(span, out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
