using System.Text;
using TdxDash.Web.Security;

namespace TdxDash.Web.Metrics;

/// <summary>Writes labels. Their values may be a host's own words: they are cut, made safe to show, and escaped.</summary>
internal static class MetricLabels
{
    /// <summary>The most characters of a value.</summary>
    public const int MaxValue = 128;

    /// <summary>The labels as they stand between braces. One without a value is left out, which means the same.</summary>
    /// <param name="labels">Names, which are ours, and values.</param>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        var text = new StringBuilder();
        foreach ((string name, string? value) in labels)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(text.Length > 0 ? "," : "").Append(name).Append("=\"").Append(Escape(value)).Append('"');
            }
        }

        return text.ToString();
    }

    // Both formats escape the same three characters.
    private static string Escape(string value)
    {
        string shown = ShownText.Limit(value, MaxValue);
        return shown.AsSpan().IndexOfAny('\\', '"', '\n') < 0
            ? shown
            : shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
