namespace TdxDash.Tdx.Memory;

/// <summary>One line of <c>/proc/iomem</c>.</summary>
/// <param name="Depth">0 for a top-level entry; each level below it is one more.</param>
/// <param name="Range">Bytes, half-open.</param>
/// <param name="Name">What the kernel calls it, for example <c>System RAM</c>.</param>
public sealed record IomemEntry(int Depth, AddressRange Range, string Name);

/// <summary>A range of memory that the kernel uses as RAM.</summary>
/// <param name="Range">Bytes, half-open.</param>
/// <param name="Kind">The kernel's name; touching ranges of different kinds stay apart, as their memblock flags differ:
/// <c>System RAM</c>, <c>System RAM (kmem)</c>.</param>
public sealed record RamRange(AddressRange Range, string Kind);

/// <summary>What <c>/proc/iomem</c> holds.</summary>
/// <param name="AddressesHidden">The kernel printed zeros for every address because the reader lacks CAP_SYS_ADMIN; there are no entries then.</param>
/// <param name="Entries">All entries in the kernel's order.</param>
public sealed record IomemMap(bool AddressesHidden, IReadOnlyList<IomemEntry> Entries)
{
    private const string SystemRamName = "System RAM";

    /// <summary>The RAM, ascending: also that below a CXL window, which dax onlines as <c>System RAM (kmem)</c>.</summary>
    public IReadOnlyList<RamRange> SystemRam { get; } =
        [.. Entries.Where(entry => IsRam(entry.Name)).Select(entry => new RamRange(entry.Range, entry.Name))];

    /// <summary>Whether a name says that the kernel uses the range as RAM.</summary>
    public static bool IsRam(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == SystemRamName || name.StartsWith(SystemRamName + " (", StringComparison.Ordinal);
    }
}

/// <summary>Parses <c>/proc/iomem</c> (<c>kernel/resource.c</c>, <c>r_show</c>): two blanks a level, ends inclusive.</summary>
public static class IomemText
{
    private const string Source = "/proc/iomem";
    private const string Remedy = "Check that the text is an unchanged copy of /proc/iomem.";
    private const int MaxDepth = 16;

    /// <summary>Parses the whole text.</summary>
    /// <returns>The entries, or that their addresses are hidden.</returns>
    /// <exception cref="SourceFormatException">A line is malformed, a range runs backwards or ends beyond 2^52, top-level or RAM
    /// ranges overlap, only some addresses are hidden, or there are more than <see cref="MemoryMap.MaxBlocks"/>.</exception>
    public static IomemMap Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = new SourceLines(Source, text, Remedy);
        var entries = new List<IomemEntry>();
        AddressRange? top = null, ram = null;
        bool hidden = true;
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].IsWhiteSpace())
            {
                continue;
            }

            IomemEntry entry = ParseLine(lines, i, out bool zero);
            // One byte at zero is a range like any other; several are what the kernel prints when it hides addresses.
            if (hidden && !zero && entries.Count > 1)
            {
                throw lines.Bad(i, "shows an address, although all lines before it show zeros");
            }

            hidden &= zero;
            entries.Add(entry);
            lines.CheckNext(i, entries.Count, entry.Range, entry.Depth == 0 && !hidden ? top : null);
            top = entry.Depth == 0 ? entry.Range : top;
            if (IomemMap.IsRam(entry.Name))
            {
                lines.CheckNext(i, entries.Count, entry.Range, hidden ? null : ram);
                ram = entry.Range;
            }
        }

        return hidden && entries.Count > 0 ? new IomemMap(true, []) : new IomemMap(false, entries);
    }

    private static IomemEntry ParseLine(SourceLines lines, int index, out bool zero)
    {
        ReadOnlySpan<char> line = lines[index];
        ReadOnlySpan<char> body = line.TrimStart(' ');
        int depth = (line.Length - body.Length) / 2;
        int separator = body.IndexOf(" : ", StringComparison.Ordinal);
        int dash = body.IndexOf('-');
        if (separator < 0 || dash < 0 || dash > separator || depth > MaxDepth)
        {
            throw lines.Bad(index, "is not of the form 'start-end : name'");
        }

        ReadOnlySpan<char> start = body[..dash];
        ReadOnlySpan<char> last = body[(dash + 1)..separator];
        zero = start.TrimStart('0').IsEmpty && last.TrimStart('0').IsEmpty;
        return new IomemEntry(depth, lines.Range(index, start, last), body[(separator + 3)..].ToString());
    }
}
