using System.Globalization;
using System.Text;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>Draws memory, TDMRs, reserved areas and PAMTs as lanes over one address axis whose empty stretches are cut out.</summary>
public static class MemoryMapText
{
    /// <summary>What the signs mean.</summary>
    public const string Legend = "RAM: its node; TDMR: [ begins one; /: holes; *: PAMT, size computed, place hypothetical; ~: a stretch without memory left out";

    private const int LabelWidth = 10, LeastColumns = 5;
    private const string NodeDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Draws the map.</summary>
    /// <param name="blocks">The memory.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="width">Columns for everything.</param>
    /// <returns>The lines; one that says so where there is nothing to draw.</returns>
    public static IReadOnlyList<string> Draw(IReadOnlyList<MemoryBlock> blocks, TdmrLayout layout, int width)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(layout);
        List<Stretch> stretches = Scale(Covered(blocks, layout), width - LabelWidth);
        if (stretches.Count == 0)
        {
            return ["There is no memory to draw."];
        }

        return
        [
            Lane("RAM", stretches, column => Ram(blocks, column)),
            Lane("TDMR", stretches, column => TdmrAt(layout, column)),
            Lane("reserved", stretches, column => layout.Tdmrs.Any(tdmr => tdmr.Reserved.Any(area => area.Cause == ReservedCause.Hole && area.Range.Overlaps(column))) ? '/' : ' '),
            Lane("PAMT", stretches, column => layout.Tdmrs.Any(tdmr => tdmr.Pamt is { } pamt && pamt.Range.Overlaps(column)) ? '*' : ' '),
            Axis(stretches),
        ];
    }

    private static List<AddressRange> Covered(IReadOnlyList<MemoryBlock> blocks, TdmrLayout layout)
    {
        var covered = new List<AddressRange>();
        foreach (AddressRange range in blocks.Select(block => block.Range).Concat(layout.Tdmrs.Select(tdmr => tdmr.Range)).OrderBy(range => range.Start.Value))
        {
            if (covered.Count > 0 && range.Start.Value <= covered[^1].End.Value + ByteSize.GiB)
            {
                covered[^1] = new AddressRange(covered[^1].Start, range.End > covered[^1].End ? range.End : covered[^1].End);
            }
            else
            {
                covered.Add(range);
            }
        }

        return covered;
    }

    // Every stretch gets a least width, and the rest is shared out by size; stretches that do not fit join their neighbour.
    private static List<Stretch> Scale(List<AddressRange> covered, int columns)
    {
        while (covered.Count > 1 && covered.Count * (LeastColumns + 1) > columns)
        {
            int at = Enumerable.Range(1, covered.Count - 1).MinBy(i => covered[i].Start.Value - covered[i - 1].End.Value);
            covered[at - 1] = new AddressRange(covered[at - 1].Start, covered[at].End);
            covered.RemoveAt(at);
        }

        double total = covered.Sum(range => (double)range.Size.Bytes);
        int free = columns - (covered.Count * (LeastColumns + 1));
        return [.. covered.Select(range => new Stretch(range, LeastColumns + (int)(free * (range.Size.Bytes / total))))];
    }

    private static string Lane(string label, List<Stretch> stretches, Func<AddressRange, char> draw)
    {
        var line = new StringBuilder(label.PadRight(LabelWidth));
        for (int i = 0; i < stretches.Count; i++)
        {
            line.Append(i > 0 ? "~" : "");
            foreach (AddressRange column in stretches[i].ColumnRanges())
            {
                line.Append(draw(column));
            }
        }

        return line.ToString().TrimEnd();
    }

    private static char Ram(IReadOnlyList<MemoryBlock> blocks, AddressRange column)
    {
        MemoryBlock? block = blocks.FirstOrDefault(block => block.Range.Overlaps(column));
        return block is null ? ' ' : block.Node < NodeDigits.Length ? NodeDigits[block.Node] : '#';
    }

    private static char TdmrAt(TdmrLayout layout, AddressRange column)
    {
        Tdmr? tdmr = layout.Tdmrs.LastOrDefault(tdmr => tdmr.Range.Overlaps(column));
        return tdmr is null ? ' ' : column.Contains(tdmr.Range.Start) ? '[' : '-';
    }

    private static string Axis(List<Stretch> stretches)
    {
        var line = new StringBuilder("from".PadRight(LabelWidth));
        int at = LabelWidth;
        foreach (Stretch stretch in stretches)
        {
            string text = new ByteSize(stretch.Range.Start.Value).ToString();
            if (line.Length <= at)
            {
                line.Append(' ', at - line.Length).Append(stretch.Range.Start.Value == 0 ? "0" : text).Append(' ');
            }

            at += stretch.Columns + 1;
        }

        string end = string.Create(CultureInfo.InvariantCulture, $"to {new ByteSize(stretches[^1].Range.End.Value)}");
        return line.ToString().TrimEnd() + "  " + end;
    }

    private sealed record Stretch(AddressRange Range, int Columns)
    {
        public IEnumerable<AddressRange> ColumnRanges()
        {
            ulong size = Range.Size.Bytes;
            for (int i = 0; i < Columns; i++)
            {
                ulong start = Range.Start.Value + (ulong)((UInt128)size * (uint)i / (uint)Columns);
                ulong end = Range.Start.Value + (ulong)((UInt128)size * (uint)(i + 1) / (uint)Columns);
                if (end > start)
                {
                    yield return new AddressRange(start, end);
                }
            }
        }
    }
}
