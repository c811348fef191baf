using System.Buffers.Binary;

namespace TdxDash.Tdx.Layout;

/// <summary>Writes the array of TDMR_INFO structures exactly as Linux hands it to TDH.SYS.CONFIG: little endian, one slot
/// of <see cref="SlotSize"/> bytes per TDMR, unused bytes zero.</summary>
public static class TdmrInfoWriter
{
    private const int Alignment = 512;
    private const int AreaSize = 16;
    private const int FirstArea = 64;

    /// <summary>The distance between two TDMRs (<c>tdmr_size_single</c>): the structure of 512 bytes, its alignment, and
    /// 16 bytes for each possible area, rounded up to 512.</summary>
    /// <returns>Bytes.</returns>
    public static int SlotSize(ushort maxReservedPerTdmr) => (Alignment + (AreaSize * maxReservedPerTdmr) + Alignment - 1) & ~(Alignment - 1);

    /// <summary>Writes a layout.</summary>
    /// <returns>The bytes of all TDMRs.</returns>
    /// <exception cref="InvalidOperationException">The layout failed, so that Linux would hand nothing over.</exception>
    public static byte[] Write(TdmrLayout layout, TdmrLimits limits)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(limits);
        if (layout.Error != LayoutError.None)
        {
            throw new InvalidOperationException($"A layout that ended with {layout.Error} is never handed to the module; build one that succeeds first.");
        }

        int slotSize = SlotSize(limits.MaxReservedPerTdmr);
        byte[] bytes = new byte[checked(slotSize * layout.Tdmrs.Count)];
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            Tdmr tdmr = layout.Tdmrs[i];
            Span<byte> slot = bytes.AsSpan(i * slotSize, slotSize);
            Pamt pamt = tdmr.Pamt ?? throw new InvalidOperationException($"TDMR {i} {tdmr.Range} has no PAMT.");
            ulong start = tdmr.Range.Start.Value;
            WriteHead(slot, start, tdmr.Range.Size.Bytes, pamt.Start.Value, pamt.Size4K.Bytes, pamt.Size2M.Bytes, pamt.Size1G.Bytes);
            for (int j = 0; j < tdmr.Reserved.Count; j++)
            {
                WriteArea(slot, j, tdmr.Reserved[j].Range.Start.Value - start, tdmr.Reserved[j].Range.Size.Bytes);
            }
        }

        return bytes;
    }

    internal static byte[] Write(TdmrEngine engine, ushort maxReservedPerTdmr)
    {
        int slotSize = SlotSize(maxReservedPerTdmr);
        byte[] bytes = new byte[checked(slotSize * engine.Tdmrs.Length)];
        for (int i = 0; i < engine.Tdmrs.Length; i++)
        {
            ref readonly RawTdmr tdmr = ref engine.Tdmrs[i];
            Span<byte> slot = bytes.AsSpan(i * slotSize, slotSize);
            WriteHead(slot, tdmr.Base, tdmr.Size, tdmr.PamtStart, tdmr.Size4K, tdmr.Size2M, tdmr.Size1G);
            ReadOnlySpan<RawReserved> areas = engine.ReservedOf(tdmr);
            for (int j = 0; j < areas.Length; j++)
            {
                WriteArea(slot, j, areas[j].Start - tdmr.Base, areas[j].End - areas[j].Start);
            }
        }

        return bytes;
    }

    // The structure names the levels from 1G down, the chunk in memory holds them from 4K up.
    private static void WriteHead(Span<byte> slot, ulong start, ulong size, ulong pamt, ulong size4K, ulong size2M, ulong size1G)
    {
        ReadOnlySpan<ulong> words = [start, size, pamt + size4K + size2M, size1G, pamt + size4K, size2M, pamt, size4K];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(slot[(i * sizeof(ulong))..], words[i]);
        }
    }

    private static void WriteArea(Span<byte> slot, int index, ulong offset, ulong size)
    {
        Span<byte> area = slot.Slice(FirstArea + (index * AreaSize), AreaSize);
        BinaryPrimitives.WriteUInt64LittleEndian(area, offset);
        BinaryPrimitives.WriteUInt64LittleEndian(area[sizeof(ulong)..], size);
    }
}
