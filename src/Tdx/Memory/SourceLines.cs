using System.Globalization;

namespace TdxDash.Tdx.Memory;

/// <summary>The lines of a text from outside, bounded, and the errors that name them.</summary>
internal sealed class SourceLines
{
    private const int MaxTextLength = 16 << 20;
    private const int MaxLineLength = 4_096;
    private const int MaxShown = 80;

    private readonly string _source;
    private readonly string _remedy;
    private readonly string[] _lines;

    public SourceLines(string source, string text, string remedy)
    {
        _source = source;
        _remedy = remedy;
        if (text.Length > MaxTextLength)
        {
            throw new SourceFormatException($"{source} has {text.Length} characters; at most {MaxTextLength} are accepted.", remedy);
        }

        _lines = text.Split('\n');
    }

    public int Count => _lines.Length;

    /// <summary>A line without its end; lines count from 0 here and from 1 in messages.</summary>
    public ReadOnlySpan<char> this[int index]
    {
        get
        {
            ReadOnlySpan<char> line = _lines[index].AsSpan().TrimEnd();
            return line.Length <= MaxLineLength
                ? line
                : throw Bad(index, string.Create(CultureInfo.InvariantCulture, $"has {line.Length} characters; at most {MaxLineLength} are accepted"));
        }
    }

    public SourceFormatException Bad(int index, string why)
    {
        string line = _lines[index].Trim();
        string shown = line.Length <= MaxShown ? line : line[..MaxShown] + "…";
        return new SourceFormatException($"Line {index + 1} of {_source}, '{shown}', {why}.", _remedy);
    }

    /// <summary>A range from two hexadecimal texts whose end is inclusive.</summary>
    public AddressRange Range(int index, ReadOnlySpan<char> start, ReadOnlySpan<char> last)
    {
        if (!TryHex(start, out ulong from) || !TryHex(last, out ulong to))
        {
            throw Bad(index, "has an address that is not a hexadecimal number of at most 16 digits");
        }

        if (to < from)
        {
            throw Bad(index, "runs backwards: its end lies below its start");
        }

        return to < PhysAddr.MaxValue ? new AddressRange(from, to + 1) : throw Bad(index, "ends beyond 2^52, the end of the physical address space");
    }

    /// <summary>Checks the number of ranges and that one lies above the one before it.</summary>
    public void CheckNext(int index, int count, AddressRange range, AddressRange? previous)
    {
        if (count > MemoryMap.MaxBlocks)
        {
            throw Bad(index, $"is one range too many; at most {MemoryMap.MaxBlocks} are accepted");
        }

        if (previous is { } before && range.Start < before.End)
        {
            throw Bad(index, $"overlaps or precedes the range before it, {before}");
        }
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        // The base class library passes over zero characters at the end.
        return text.Length is >= 1 and <= 16 && char.IsAsciiHexDigit(text[^1]) && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
