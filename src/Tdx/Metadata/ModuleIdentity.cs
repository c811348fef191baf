using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>A TDX module version.</summary>
/// <param name="Major">MAJOR_VERSION.</param>
/// <param name="Minor">MINOR_VERSION.</param>
/// <param name="Update">UPDATE_VERSION.</param>
public readonly record struct ModuleVersion(int Major, int Minor, int Update)
{
    /// <summary>As Linux 7.2 prints it: the update with two digits, <c>1.5.08</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Update:00}";
}

/// <summary>Which TDX module a host runs, from the best source that the snapshot has: the module itself, then sysfs, then the kernel log.</summary>
public sealed record ModuleIdentity
{
    /// <summary>The version.</summary>
    public required Reading<ModuleVersion> Version { get; init; }

    /// <summary>BUILD_NUM.</summary>
    public required Reading<int> BuildNumber { get; init; }

    /// <summary>BUILD_DATE.</summary>
    public required Reading<DateOnly> BuildDate { get; init; }

    /// <summary>VENDOR_ID; 0x8086 is Intel.</summary>
    public required Reading<uint> VendorId { get; init; }

    /// <summary>SYS_ATTRIBUTES; bit 31 marks a debug module.</summary>
    public required Reading<uint> Attributes { get; init; }

    /// <summary>TDX_FEATURES0.</summary>
    public required Reading<ulong> Features { get; init; }

    /// <summary>The used Convertible Memory Ranges.</summary>
    public required Reading<IReadOnlyList<AddressRange>> Cmrs { get; init; }

    /// <summary>The limits that decide the TDMR layout.</summary>
    public required Reading<TdmrLimits> Limits { get; init; }

    /// <summary>Works it out.</summary>
    public static ModuleIdentity From(Snapshot snapshot) => throw new NotSupportedException();

    /// <summary>Works it out before the snapshot is whole.</summary>
    public static ModuleIdentity From(ModuleFacts module, KernelTdxFacts kernel) => throw new NotSupportedException();
}

/// <summary>One bit of a bit field and its name.</summary>
/// <param name="Bit">Its number.</param>
/// <param name="Name">The specification's name; <c>bit N</c> where it has none.</param>
/// <param name="IsSet">Whether it is 1.</param>
public sealed record NamedBit(int Bit, string Name, bool IsSet);

/// <summary>The bit fields of the module by name.</summary>
public static class FeatureBits
{
    /// <summary>The bits of TDX_FEATURES0: every named one and every set one, ascending.</summary>
    public static IReadOnlyList<NamedBit> Features0(ulong value) => throw new NotSupportedException();

    /// <summary>The bits of TD ATTRIBUTES (for ATTRIBUTES_FIXED0 and FIXED1).</summary>
    public static IReadOnlyList<NamedBit> Attributes(ulong value) => throw new NotSupportedException();

    /// <summary>The bits of XFAM (for XFAM_FIXED0 and FIXED1).</summary>
    public static IReadOnlyList<NamedBit> Xfam(ulong value) => throw new NotSupportedException();
}
