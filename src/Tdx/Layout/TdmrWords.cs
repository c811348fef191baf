using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>The rules that made a TDMR and its PAMT, in words (<c>fill_out_tdmrs</c>, <c>tdmr_get_pamt_sz</c>, <c>tdmr_get_nid</c>).</summary>
/// <param name="map">The memory that the layout was built from.</param>
/// <param name="limits">The limits that it was built with.</param>
/// <param name="layout">The layout.</param>
internal sealed class TdmrWords(MemoryMap map, TdmrLimits limits, TdmrLayout layout)
{
    // Linux leaves the first MiB out of its list of TDX memory, and what is no whole page.
    private const ulong FirstUsable = ByteSize.MiB;

    private readonly List<int> _list = [.. Enumerable.Range(0, map.Blocks.Count).Where(i => IsListed(map.Blocks[i].Range))];

    /// <summary>Why a TDMR is there, and why it begins and ends where it does.</summary>
    public IReadOnlyList<string> Range(int index)
    {
        AddressRange range = layout.Tdmrs[index].Range;
        ulong before = index == 0 ? 0 : layout.Tdmrs[index - 1].Range.End.Value;
        int first = FirstAbove(Math.Max(before, FirstUsable));
        if (first == _list.Count)
        {
            return ["It follows from no block of this memory map."];
        }

        string why = index == 0
            ? Text($"Linux makes one TDMR after another, in whole GiB: this one for {Block(first)}, the first memory of its list.")
            : Text($"Linux makes one TDMR after another, in whole GiB: this one for {Block(first)}, the first that reaches past TDMR {index - 1}.");
        string start = index > 0 && range.Start.Value == before
            ? Text($"It begins at {range.Start}, where TDMR {index - 1} ends.")
            : Text($"It begins at {range.Start}, the border of a GiB at or below the block's start.");
        int last = FirstAbove(range.End.Value) - 1;
        string others = last > first ? Text($" It covers the blocks up to {Block(last)}.") : "";
        return [why, start, Text($"It ends at {range.End}, the border of a GiB at or above the block's end.{others}")];
    }

    /// <summary>How the PAMT of a TDMR comes about.</summary>
    public IReadOnlyList<string> Pamt(int index)
    {
        if (layout.Tdmrs[index].Pamt is not { } pamt)
        {
            return [];
        }

        ByteSize size = layout.Tdmrs[index].Range.Size;
        bool isTable = pamt.Size4K == PamtSizes.Of4K(size, limits);
        string levels = isTable
            ? Text($"4 KiB pages {pamt.Size4K} ({limits.Pamt4KEntrySize} bytes each)")
            : Text($"4 KiB pages {pamt.Size4K} (a bitmap, with Dynamic PAMT)");
        int holder = FirstAbove(Math.Max(layout.Tdmrs[index].Range.Start.Value, FirstUsable));
        string node = holder < _list.Count && map.Blocks[_list[holder]].Node == pamt.Node
            ? Text($"Linux asks node {pamt.Node} for it: that of {Block(holder)}, the first that ends above the TDMR's start.")
            : Text($"Linux asks node {pamt.Node} for it.");
        return
        [
            Text($"The PAMT holds the state of every page of TDMR {index}: {levels}, 2 MiB pages {pamt.Size2M} ({limits.Pamt2MEntrySize} bytes each), 1 GiB pages {pamt.Size1G} ({limits.Pamt1GEntrySize} bytes each), each part in whole pages."),
            node,
            pamt.IsAddressKnown
                ? "Its address was given."
                : "Its address is hypothetical: the kernel takes the first contiguous pages that are free when it boots, and the model an otherwise empty machine.",
        ];
    }

    private static bool IsListed(AddressRange range)
    {
        ulong start = Math.Max(PamtSizes.AlignPage(range.Start.Value), FirstUsable);
        return start < UsableEnd(range);
    }

    private static ulong UsableEnd(AddressRange range) => range.End.Value & ~(PamtSizes.PageSize - 1);

    // The first listed block that ends above an address.
    private int FirstAbove(ulong address)
    {
        int low = 0, high = _list.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = UsableEnd(map.Blocks[_list[middle]].Range) > address ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private string Block(int listed) => Text($"block {_list[listed]} {map.Blocks[_list[listed]].Range}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
