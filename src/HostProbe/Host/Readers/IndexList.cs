using System.Globalization;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Parses the kernel's lists of numbers, <c>0-15,32-47</c>.</summary>
internal static class IndexList
{
    private const int MaxIndex = 65_535;

    /// <summary>All numbers, ascending as listed.</summary>
    /// <exception cref="FormatException">The text is no such list.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        var result = new List<int>();
        foreach (string part in text.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            int first = Number(dash < 0 ? part : part[..dash], text);
            int last = dash < 0 ? first : Number(part[(dash + 1)..], text);
            if (last < first || (result.Count > 0 && first <= result[^1]))
            {
                throw new FormatException($"The list '{text.Trim()}' is not ascending.");
            }

            result.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return result;
    }

    private static int Number(string digits, string text) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= MaxIndex
            ? value
            : throw new FormatException($"The list '{text.Trim()}' holds '{digits}', which is no number up to {MaxIndex}.");
}
