using System.Globalization;

namespace TdxDash.Tdx.Platform;

/// <summary>How the BIOS set memory encryption up: IA32_TME_ACTIVATE, MSR 0x982 (Intel Architecture Memory Encryption Technologies
/// Specification; Linux <c>detect_tme</c>).</summary>
public sealed record TmeActivate
{
    /// <summary>The MSR.</summary>
    public const uint Msr = 0x982;

    private const int LockBit = 0, EnableBit = 1, PolicyShift = 4, BypassBit = 31, KeyIdBitsShift = 32, TdxKeyIdBitsShift = 36, AlgorithmsShift = 48;
    private const ulong Nibble = 0xF;

    /// <summary>Whether the register is locked until the next reset, bit 0.</summary>
    public required bool IsLocked { get; init; }

    /// <summary>Whether memory is encrypted, bit 1.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>The algorithm of KeyID 0, bits 7:4: 0 AES-XTS 128, 1 the same with integrity, 2 AES-XTS 256, 3 the same with integrity.</summary>
    public required int Policy { get; init; }

    /// <summary>Whether KeyID 0 goes without encryption, bit 31.</summary>
    public required bool IsBypassed { get; init; }

    /// <summary>Address bits that are used for KeyIDs, bits 35:32: so many fewer are left for memory.</summary>
    public required int KeyIdBits { get; init; }

    /// <summary>Those of the KeyID bits that TDX alone may use, bits 39:36.</summary>
    public required int TdxKeyIdBits { get; init; }

    /// <summary>The algorithms that are allowed for keys, bits 63:48, one bit each in the order of <see cref="Policy"/>.</summary>
    public required int AllowedAlgorithms { get; init; }

    /// <summary>Decodes the register; bits without a meaning are passed over.</summary>
    public static TmeActivate Decode(ulong value) => new()
    {
        IsLocked = ((value >> LockBit) & 1) != 0,
        IsEnabled = ((value >> EnableBit) & 1) != 0,
        Policy = (int)((value >> PolicyShift) & Nibble),
        IsBypassed = ((value >> BypassBit) & 1) != 0,
        KeyIdBits = (int)((value >> KeyIdBitsShift) & Nibble),
        TdxKeyIdBits = (int)((value >> TdxKeyIdBitsShift) & Nibble),
        AllowedAlgorithms = (int)(value >> AlgorithmsShift),
    };

    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsEnabled ? "enabled" : "not enabled")}, {(IsLocked ? "locked" : "not locked")}{(IsBypassed ? ", KeyID 0 bypassed" : "")}; {KeyIdBits} KeyID bits, {TdxKeyIdBits} of them for TDX alone");
}
