using System.Globalization;

namespace TdxDash.Tdx.Platform;

/// <summary>How the BIOS divided the memory-encryption KeyIDs: IA32_MKTME_KEYID_PARTITIONING, MSR 0x87 (Intel TDX Module Base
/// Architecture Specification, KeyID partitioning; Linux <c>record_keyid_partitioning</c>).</summary>
/// <param name="MktmeKeyIds">KeyIDs for TME-MT, bits 31:0; KeyID 0, which is TME's own, is not among them.</param>
/// <param name="TdxKeyIds">Private KeyIDs, bits 63:32.</param>
public readonly record struct KeyIdPartitioning(uint MktmeKeyIds, uint TdxKeyIds)
{
    /// <summary>The MSR.</summary>
    public const uint Msr = 0x87;

    /// <summary>The fewest private KeyIDs that Linux starts a TDX module with: one for the module itself, one for a guest.</summary>
    public const uint FewestTdxKeyIds = 2;

    /// <summary>Decodes the register; every value has a meaning.</summary>
    public static KeyIdPartitioning Decode(ulong value) => new((uint)value, (uint)(value >> 32));

    /// <summary>The first private KeyID, which is the global one: it protects the module's own memory. Meaningless without private KeyIDs.</summary>
    public ulong First => (ulong)MktmeKeyIds + 1;

    /// <summary>The KeyID behind the last private one.</summary>
    public ulong End => First + TdxKeyIds;

    /// <summary>Private KeyIDs that guests can have: all but the global one.</summary>
    public uint GuestKeyIds => TdxKeyIds == 0 ? 0 : TdxKeyIds - 1;

    /// <summary>One line for people, with the range as Linux prints it.</summary>
    public override string ToString() => TdxKeyIds == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{MktmeKeyIds} for TME-MT, none for TDX")
        : string.Create(CultureInfo.InvariantCulture, $"{MktmeKeyIds} for TME-MT, {TdxKeyIds} for TDX [{First}, {End}), {GuestKeyIds} of them for guests");
}
