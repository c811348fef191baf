using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>One CPUID leaf of which the host can configure bits for a TD (TDX module ABI specification, CPUID_CONFIG).</summary>
/// <param name="Leaf">EAX as CPUID takes it.</param>
/// <param name="SubLeaf">ECX as CPUID takes it; null where the leaf has no sub-leaves.</param>
/// <param name="Eax">The bits of EAX that can be configured.</param>
/// <param name="Ebx">Those of EBX.</param>
/// <param name="Ecx">Those of ECX.</param>
/// <param name="Edx">Those of EDX.</param>
public sealed record CpuidConfigEntry(uint Leaf, uint? SubLeaf, uint Eax, uint Ebx, uint Ecx, uint Edx);

/// <summary>The module's CPUID configuration, put together from NUM_CPUID_CONFIG, CPUID_CONFIG_LEAVES and CPUID_CONFIG_VALUES.</summary>
internal static class CpuidConfiguration
{
    private const int WordsPerEntry = 2;
    private const uint NoSubLeaf = uint.MaxValue;

    /// <summary>Puts it together.</summary>
    /// <param name="count">NUM_CPUID_CONFIG.</param>
    /// <param name="leaves">One word for each entry: leaf in the low half, sub-leaf in the high half.</param>
    /// <param name="values">Two words for each entry: EAX and EBX, then ECX and EDX, the former in the low half.</param>
    /// <param name="metadata">Where the fields come from.</param>
    /// <returns>The valid entries in the module's order; what the module has too few words for is unreadable.</returns>
    public static Reading<IReadOnlyList<CpuidConfigEntry>> Of(ulong count, IReadOnlyList<ulong> leaves, IReadOnlyList<ulong> values, Reading<IReadOnlyList<MetadataValue>> metadata)
    {
        if (count > (ulong)leaves.Count || count > (ulong)(values.Count / WordsPerEntry))
        {
            return Reading.Unreadable<IReadOnlyList<CpuidConfigEntry>>(metadata.Source,
                $"NUM_CPUID_CONFIG is {count}, but there are {leaves.Count} leaves and {values.Count / WordsPerEntry} values.", "Read the metadata again; if it stays, report the module's version.");
        }

        var entries = new CpuidConfigEntry[count];
        for (int i = 0; i < entries.Length; i++)
        {
            ulong low = values[i * WordsPerEntry], high = values[(i * WordsPerEntry) + 1];
            uint subLeaf = (uint)(leaves[i] >> 32);
            entries[i] = new CpuidConfigEntry(
                (uint)leaves[i], subLeaf == NoSubLeaf ? null : subLeaf, (uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32));
        }

        return Reading.Known<IReadOnlyList<CpuidConfigEntry>>(entries, metadata.Provenance, metadata.Source);
    }
}
