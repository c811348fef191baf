using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Import;

/// <summary>NUMA in a boot log: <c>Early memory node ranges</c>, which is memblock's own list with nodes (<c>mm/mm_init.c</c>), and the
/// SRAT's ranges (<c>drivers/acpi/numa/srat.c</c>).</summary>
internal sealed class NodePart() : ImportPart("NUMA lines of a boot log")
{
    private const string Early = "Early memory node ranges", Node = "node ", Srat = "SRAT: Node ";
    private readonly List<MemoryBlock> _ranges = [];
    private readonly List<NodeRange> _srat = [];
    private bool _isSingle;

    /// <summary>memblock's ranges; empty where the log has none, or none that ascend.</summary>
    public IReadOnlyList<MemoryBlock> Ranges => Ascend(_ranges.Select(block => block.Range)) ? _ranges : [];

    /// <summary>The nodes' ranges of the SRAT, ascending; empty where the log has none that do not overlap.</summary>
    public IReadOnlyList<NodeRange> Nodes
    {
        get
        {
            NodeRange[] sorted = [.. _srat.OrderBy(range => range.Range.Start.Value)];
            return Ascend(sorted.Select(range => range.Range)) ? sorted : [];
        }
    }

    /// <summary>Whether the kernel said that it found no NUMA.</summary>
    public bool IsSingle => _isSingle;

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        if (text is Early)
        {
            _ranges.Clear();
            return Use(number);
        }

        if (text is "No NUMA configuration found" || text.StartsWith("Faking a node at ", StringComparison.Ordinal))
        {
            _isSingle = true;
            return Use(number);
        }

        if (text.StartsWith(Node, StringComparison.Ordinal))
        {
            return TakeRange(number, text);
        }

        int srat = text.StartsWith("ACPI: ", StringComparison.Ordinal) ? "ACPI: ".Length : 0;
        return text[srat..].StartsWith(Srat, StringComparison.Ordinal) && TakeSrat(number, text[(srat + Srat.Length)..]);
    }

    public override void StartOver()
    {
        base.StartOver();
        _ranges.Clear();
        _srat.Clear();
        _isSingle = false;
    }

    protected override IReadOnlyList<string> Facts()
    {
        var facts = new List<string>();
        if (_ranges.Count > 0)
        {
            facts.Add(Ranges.Count == 0 ? "the memory ranges of the nodes do not ascend" : string.Create(CultureInfo.InvariantCulture, $"{_ranges.Count} memory ranges on {_ranges.Select(block => block.Node).Distinct().Count()} nodes, {ImportRanges.Total(_ranges.Select(block => block.Range))}"));
        }

        if (_srat.Count > 0)
        {
            facts.Add(Nodes.Count == 0 ? "the SRAT's ranges overlap" : string.Create(CultureInfo.InvariantCulture, $"{_srat.Count} ranges of the SRAT on {_srat.Select(range => range.Node).Distinct().Count()} nodes"));
        }

        return _isSingle ? [.. facts, "no NUMA"] : facts;
    }

    // "node   0: [mem 0x0000000000001000-0x000000000009efff]"; the kernel prints other lines on nodes too.
    private bool TakeRange(long number, ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || !TryNode(text[Node.Length..colon].Trim(), out int node) || !text[(colon + 1)..].TrimStart().StartsWith("[mem", StringComparison.Ordinal))
        {
            return false;
        }

        if (!ImportRanges.TryRead(text[(colon + 1)..].TrimStart(), out AddressRange range, out _) || _ranges.Count == MemoryMap.MaxBlocks)
        {
            return PassOver(number);
        }

        _ranges.Add(new MemoryBlock(range, node));
        return Use(number);
    }

    // "Node 0 PXM 0 [mem 0x00000000-0x7fffffff] hotplug", the first word cut.
    private bool TakeSrat(long number, ReadOnlySpan<char> text)
    {
        int blank = text.IndexOf(' '), open = text.IndexOf('[');
        if (blank < 0 || open < blank || !TryNode(text[..blank], out int node) || !ImportRanges.TryRead(text[open..], out AddressRange range, out ReadOnlySpan<char> marks) || _srat.Count == MemoryMap.MaxBlocks)
        {
            return PassOver(number);
        }

        _srat.Add(new NodeRange(range, node, marks.Contains("hotplug", StringComparison.Ordinal)));
        return Use(number);
    }

    private static bool TryNode(ReadOnlySpan<char> text, out int node) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out node) && node <= MemoryBlock.MaxNode;

    private static bool Ascend(IEnumerable<AddressRange> ranges)
    {
        ulong end = 0;
        foreach (AddressRange range in ranges)
        {
            if (range.Start.Value < end)
            {
                return false;
            }

            end = range.End.Value;
        }

        return true;
    }
}
