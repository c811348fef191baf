using System.Globalization;

namespace TdxDash.Tdx.Platform;

/// <summary>What the processor's memory encryption can do: IA32_TME_CAPABILITY, MSR 0x981 (Intel Architecture Memory Encryption
/// Technologies Specification).</summary>
/// <param name="Algorithms">The encryption algorithms that it has, by their names.</param>
/// <param name="CanBypass">Whether KeyID 0 can be used without encryption, bit 31.</param>
/// <param name="MaxKeyIdBits">The most address bits that can be used for KeyIDs, bits 35:32.</param>
/// <param name="MaxKeys">The most keys at a time, bits 50:36; KeyID 0 is not among them.</param>
public sealed record TmeCapability(IReadOnlyList<string> Algorithms, bool CanBypass, int MaxKeyIdBits, int MaxKeys)
{
    /// <summary>The MSR.</summary>
    public const uint Msr = 0x981;

    private const int BypassBit = 31, KeyIdBitsShift = 32, MaxKeysShift = 36;
    private const ulong KeyIdBitsMask = 0xF, MaxKeysMask = 0x7FFF;

    private static readonly string[] Names = ["AES-XTS 128", "AES-XTS 128 with integrity", "AES-XTS 256", "AES-XTS 256 with integrity"];

    /// <summary>Decodes the register; bits without a meaning are passed over.</summary>
    public static TmeCapability Decode(ulong value) => new(
        [.. Names.Where((_, bit) => ((value >> bit) & 1) != 0)],
        ((value >> BypassBit) & 1) != 0,
        (int)((value >> KeyIdBitsShift) & KeyIdBitsMask),
        (int)((value >> MaxKeysShift) & MaxKeysMask));

    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Algorithms.Count == 0 ? "no algorithm" : string.Join(", ", Algorithms))}; up to {MaxKeyIdBits} KeyID bits, {MaxKeys} keys{(CanBypass ? "; can bypass" : "")}");
}
