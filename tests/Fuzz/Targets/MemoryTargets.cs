using System.Globalization;
using System.Text;
using TdxDash.Tdx.Memory;

namespace TdxDash.Fuzz.Targets;

/// <summary><c>/proc/iomem</c>.</summary>
internal sealed class IomemTarget() : TextTarget("iomem")
{
    protected override IEnumerable<string> Texts() =>
    [
        "00000000-00000fff : Reserved\n00001000-0009ffff : System RAM\n00100000-77ffffff : System RAM\n  01000000-020fffff : Kernel code\n78000000-7fffffff : Reserved\n  7b000000-7b7fffff : ACPI Tables\n"
            + "80000000-8fffffff : PCI ECAM 0000 [bus 00-ff]\nfec00000-fec003ff : IOAPIC 0\n100000000-207fffffff : System RAM\n  1000000000-1001ffffff : Kernel code\n"
            + "4080000000-807fffffff : CXL Window 0\n  4080000000-807fffffff : region0\n    4080000000-807fffffff : dax0.0\n      4080000000-807fffffff : System RAM (kmem)\n",
        "00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n",
        "00001000-0009ffff : System RAM\n",
    ];

    protected override string Check(string text)
    {
        try
        {
            IomemMap map = IomemText.Parse(text);
            Promise(!map.AddressesHidden || map.Entries.Count == 0, "hidden addresses come with entries");
            Promise(map.Entries.Count <= MemoryMap.MaxBlocks, $"{map.Entries.Count} entries are accepted");
            PromiseAscent(map.SystemRam.Select(ram => ram.Range), "RAM");
            if (map.AddressesHidden || map.Entries.Count == 0)
            {
                return $"hidden {map.AddressesHidden}";
            }

            Promise(IomemText.Parse(Render(map)).Entries.SequenceEqual(map.Entries), "what was parsed does not survive being written and parsed");
            return $"accepted, depths {map.Entries.Max(entry => entry.Depth)}";
        }
        catch (SourceFormatException e)
        {
            return e.Reason[e.Reason.LastIndexOf('\'')..];
        }
    }

    private static string Render(IomemMap map)
    {
        var text = new StringBuilder();
        foreach (IomemEntry entry in map.Entries)
        {
            text.Append(' ', 2 * entry.Depth).Append(CultureInfo.InvariantCulture, $"{entry.Range.Start.Value:x8}-{entry.Range.End.Value - 1:x8} : {entry.Name}\n");
        }

        return text.ToString();
    }
}

/// <summary>memblock's list in debugfs.</summary>
internal sealed class MemblockTarget() : TextTarget("memblock")
{
    protected override IEnumerable<string> Texts() =>
    [
        "   0: 0x0000000000001000..0x000000000009efff    0 NONE\n   1: 0x0000000000100000..0x000000006d8effff    0 NONE\n   2: 0x0000000100000000..0x000000107fffffff    1 HOTPLUG|MIRROR\n",
        "   0: 0x0000000000001000..0x000000000009efff\n   1: 0x0000000000100000..0x000000006d8effff\n",
        "   0: 0x0000000000001000..0x000000000009efff    x NONE\n",
    ];

    protected override string Check(string text)
    {
        try
        {
            IReadOnlyList<MemblockRange> ranges = MemblockText.Parse(text);
            Promise(ranges.Count <= MemoryMap.MaxBlocks && ranges.All(range => range.Node is null or (>= 0 and <= MemoryBlock.MaxNode)), "a node or the number of ranges is out of bounds");
            PromiseAscent(ranges.Select(range => range.Range), "range");
            Promise(MemblockText.Parse(Render(ranges)).SequenceEqual(ranges), "what was parsed does not survive being written and parsed");
            return $"accepted {ranges.Count > 0} {ranges.Any(range => range.Node is null)} {ranges.Any(range => range.Flags.Length == 0)}";
        }
        catch (SourceFormatException e)
        {
            return e.Reason[e.Reason.LastIndexOf('\'')..];
        }
    }

    private static string Render(IReadOnlyList<MemblockRange> ranges)
    {
        var text = new StringBuilder();
        for (int i = 0; i < ranges.Count; i++)
        {
            MemblockRange range = ranges[i];
            string node = range.Node?.ToString(CultureInfo.InvariantCulture) ?? (range.Flags.Length == 0 ? "" : "x");
            text.Append(CultureInfo.InvariantCulture, $"{i,4}: 0x{range.Range.Start.Value:x16}..0x{range.Range.End.Value - 1:x16} {node} {range.Flags}\n");
        }

        return text.ToString();
    }
}
