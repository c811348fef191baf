using System.Globalization;

namespace TdxDash.Tdx.Metadata;

/// <summary>One bit of a bit field and its name.</summary>
/// <param name="Bit">Its number.</param>
/// <param name="Name">The specification's name; <c>bit N</c> where it has none.</param>
/// <param name="IsSet">Whether it is 1.</param>
public sealed record NamedBit(int Bit, string Name, bool IsSet);

/// <summary>The bit fields of the module by name.</summary>
public static class FeatureBits
{
    /// <summary>NO_RBP_MOD of TDX_FEATURES0: Linux 6.14 and newer refuse a module without it.</summary>
    public const int NoRbpMod = 18;

    /// <summary>DYNAMIC_PAMT of TDX_FEATURES0.</summary>
    public const int DynamicPamt = 36;

    // Bit 39 is NRX in the module's sources and EXT in a Linux series; bit 41 is DIRTY_BIT_BASED_EXPORT in the 2.0 source and
    // NON_BLOCKING_EXPORT in 1.5.25; bit 21 was "reduced VE" in the 1.5.05 header; bits 23 and 51 only Linux names.
    private static readonly string?[] Features0Names = Names(
        (0, "TD_MIGRATION"), (1, "TD_PRESERVING"), (2, "SERVICE_TD"), (3, "TDG_VP_RDWR"), (4, "RELAXED_MEM_MNG_CONCURRENCY"),
        (5, "CPUID_VIRT_GUEST_CTRL"), (6, "TDX_CONNECT"), (7, "TD_PARTITIONING"), (8, "LOCAL_ATTESTATION"), (9, "TD_ENTRY_ENHANCEMENTS"),
        (10, "HOST_PRIORITY_LOCKS"), (11, "CONFIG_IA32_ARCH_CAPABILITIES"), (16, "PENDING_EPT_VIOLATION_V2"), (17, "FMS_CONFIG"),
        (NoRbpMod, "NO_RBP_MOD"), (19, "L2_TLB_INVD_OPT"), (20, "TOPOLOGY_ENUM"), (21, "PARTITIONED_TD_MIGRATION"), (23, "CLFLUSH_BEFORE_ALLOC"),
        (24, "EVENT_FILTERING"), (25, "ICSSD"), (26, "FIXED_CTR12_PROF"), (27, "MAXPA_VIRT"), (28, "APX"), (29, "CPUID2_VIRT"),
        (30, "VE_REDUCTION"), (31, "ENHANCED_EVENT_FILTERING"), (32, "TDX_CONNECT_PARTITIONING"), (33, "MAXGPA_VIRT"),
        (DynamicPamt, "DYNAMIC_PAMT"), (37, "FATAL_DIAGNOSTICS"), (38, "PAGE_RELEASE"), (39, "NRX or EXT"), (40, "ENHANCED_INTR_STATE"),
        (41, "DIRTY_BIT_BASED_EXPORT or NON_BLOCKING_EXPORT"), (42, "PERF_MASK"), (43, "SCAN_EXPORT_RESTORE"), (44, "IMPORT_PAGE_STATUS"),
        (45, "ENHANCED_INTR_VIRTUALIZATION"), (46, "VE_INFO_INTR_STATE"), (47, "UPDATE_COMPATIBILITY"), (51, "ENHANCE_DEMOTE_INTERRUPTIBILITY"));

    private static readonly string?[] AttributesNames = Names(
        (0, "DEBUG"), (6, "PERF_PROF"), (16, "ICSSD"), (27, "LASS"), (28, "SEPT_VE_DISABLE"), (29, "MIGRATABLE"), (30, "PKS"), (31, "KL"),
        (62, "TPA"), (63, "PERFMON"));

    private static readonly string?[] XfamNames = Names(
        (0, "x87"), (1, "SSE"), (2, "AVX"), (5, "AVX-512 opmask"), (6, "AVX-512 ZMM_Hi256"), (7, "AVX-512 Hi16_ZMM"), (8, "PT"), (9, "PKRU"),
        (11, "CET_U"), (12, "CET_S"), (14, "UINTR"), (15, "LBR"), (17, "AMX TILECFG"), (18, "AMX TILEDATA"));

    private static readonly string?[] ConfigFlagsNames = Names(
        (0, "GPAW"), (1, "FLEXIBLE_PENDING_VE"), (2, "NO_RBP_MOD"), (3, "MAXPA_VIRT"), (4, "MAXGPA_VIRT"));

    private static readonly string?[] SystemAttributesNames = Names((31, "DEBUG"));

    /// <summary>The bits of TDX_FEATURES0: every named one and every set one, ascending.</summary>
    public static IReadOnlyList<NamedBit> Features0(ulong value) => Decode(Features0Names, value);

    /// <summary>The bits of TD ATTRIBUTES (for ATTRIBUTES_FIXED0 and FIXED1).</summary>
    public static IReadOnlyList<NamedBit> Attributes(ulong value) => Decode(AttributesNames, value);

    /// <summary>The bits of XFAM (for XFAM_FIXED0 and FIXED1).</summary>
    public static IReadOnlyList<NamedBit> Xfam(ulong value) => Decode(XfamNames, value);

    /// <summary>The bits of TD CONFIG_FLAGS (for CONFIG_FLAGS_FIXED0 and FIXED1).</summary>
    public static IReadOnlyList<NamedBit> ConfigFlags(ulong value) => Decode(ConfigFlagsNames, value);

    /// <summary>The bits of SYS_ATTRIBUTES; DEBUG marks a module that was built for debugging.</summary>
    public static IReadOnlyList<NamedBit> SystemAttributes(ulong value) => Decode(SystemAttributesNames, value);

    private static List<NamedBit> Decode(string?[] names, ulong value)
    {
        var bits = new List<NamedBit>();
        for (int bit = 0; bit < 64; bit++)
        {
            bool isSet = ((value >> bit) & 1) != 0;
            if (isSet || names[bit] is not null)
            {
                bits.Add(new NamedBit(bit, names[bit] ?? string.Create(CultureInfo.InvariantCulture, $"bit {bit}"), isSet));
            }
        }

        return bits;
    }

    private static string?[] Names(params ReadOnlySpan<(int Bit, string Name)> named)
    {
        var names = new string?[64];
        foreach ((int bit, string name) in named)
        {
            names[bit] = name;
        }

        return names;
    }
}
