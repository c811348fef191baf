using System.Globalization;

namespace TdxDash.Tdx.Memory;

/// <summary>One range of <c>memblock.memory</c> as debugfs prints it.</summary>
/// <param name="Range">Bytes, half-open.</param>
/// <param name="Node">The NUMA node; null where the kernel printed none.</param>
/// <param name="Flags">The flags joined by bars, <c>NONE</c>, or empty where the kernel printed none.</param>
public sealed record MemblockRange(AddressRange Range, int? Node, string Flags);

/// <summary>Parses <c>/sys/kernel/debug/memblock/memory</c> (<c>mm/memblock.c</c>, <c>memblock_debug_show</c>): the very list that Linux's
/// TDX code walks. Kernels before 6.4 print ranges only, later ones also node and flags.</summary>
public static class MemblockText
{
    private const string Source = "/sys/kernel/debug/memblock/memory";
    private const string Remedy = "Check that the text is an unchanged copy of that file.";

    /// <summary>Parses the whole text.</summary>
    /// <returns>The ranges, ascending.</returns>
    /// <exception cref="SourceFormatException">A line is malformed, ranges overlap, run backwards or end beyond 2^52, a node is out
    /// of range, or there are more than <see cref="MemoryMap.MaxBlocks"/>.</exception>
    public static IReadOnlyList<MemblockRange> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new SourceLines(Source, text, Remedy);
        var ranges = new List<MemblockRange>();
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].IsWhiteSpace())
            {
                continue;
            }

            MemblockRange range = ParseLine(lines, i);
            lines.CheckNext(i, ranges.Count + 1, range.Range, ranges.Count > 0 ? ranges[^1].Range : null);
            ranges.Add(range);
        }

        return ranges;
    }

    private static MemblockRange ParseLine(SourceLines lines, int index)
    {
        const string Form = "is not of the form 'index: 0xstart..0xend node flags'";
        ReadOnlySpan<char> line = lines[index].TrimStart();
        int colon = line.IndexOf(':');
        int dots = line.IndexOf("..", StringComparison.Ordinal);
        if (colon < 1 || dots < colon || !int.TryParse(line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw lines.Bad(index, Form);
        }

        ReadOnlySpan<char> start = line[(colon + 1)..dots].Trim();
        ReadOnlySpan<char> tail = line[(dots + 2)..];
        ReadOnlySpan<char> last = NextWord(ref tail);
        ReadOnlySpan<char> node = NextWord(ref tail);
        ReadOnlySpan<char> flags = NextWord(ref tail);
        if (!start.StartsWith("0x") || !last.StartsWith("0x") || !tail.IsEmpty)
        {
            throw lines.Bad(index, Form);
        }

        return new MemblockRange(lines.Range(index, start[2..], last[2..]), ParseNode(lines, index, node), flags.ToString());
    }

    // The kernel prints the letter x for a range that has no node.
    private static int? ParseNode(SourceLines lines, int index, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text is "x")
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int node) && node <= MemoryBlock.MaxNode
            ? node
            : throw lines.Bad(index, $"names a NUMA node that is not 0 to {MemoryBlock.MaxNode}");
    }

    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        int end = text.IndexOf(' ');
        ReadOnlySpan<char> word = end < 0 ? text : text[..end];
        text = text[word.Length..].TrimStart();
        return word;
    }
}
