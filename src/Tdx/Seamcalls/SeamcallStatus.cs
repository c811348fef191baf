using System.Collections.ObjectModel;
using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Seamcalls;

/// <summary>A SEAMCALL completion status, taken apart.</summary>
/// <param name="Value">RAX.</param>
/// <param name="Name">The specification's name; Linux's own name for its software codes; <c>unknown</c> otherwise.</param>
/// <param name="Detail">The operand, TDMR or area that the low half names; empty where it names none.</param>
/// <param name="Meaning">What it means for the person who sees it.</param>
/// <param name="Remedy">What to do.</param>
public sealed record SeamcallStatus(ulong Value, string Name, string Detail, string Meaning, string Remedy)
{
    /// <summary>TDX_SUCCESS.</summary>
    public const ulong Success = 0;

    /// <summary>The half that identifies a status; the other one carries details.</summary>
    public const ulong NameMask = 0xFFFF_FFFF_0000_0000;

    /// <summary>TDX_SYS_NOT_READY.</summary>
    public const ulong SysNotReady = 0xC000_0505_0000_0000;

    /// <summary>The bits that are all set in a status that Linux made up because the call did not reach the module
    /// (<c>TDX_SW_ERROR</c>, <c>arch/x86/include/asm/tdx.h</c>).</summary>
    public const ulong SoftwareMask = 0x8000_FF00_0000_0000;

    private const int HexDigits = 16;
    private const ulong NeverSet = ulong.MaxValue;
    private const ulong FatalBit = 1UL << 61;

    /// <summary>Bit 63: an error; informational codes leave it clear.</summary>
    public bool IsError => (Value >> 63) != 0;

    /// <summary>Whether the same call can succeed later: an error with bits 62 (non-recoverable) and 61 (fatal) clear.</summary>
    public bool IsRecoverable => IsError && ((Value >> 61) & 3) == 0;

    /// <summary>The class of bits 47:40 in words; its number where it is not known.</summary>
    public string ClassName => SeamcallTables.Instance.Classes.GetValueOrDefault((Value >> 40) & 0xFF) ?? Hex.Plain((Value >> 40) & 0xFF);

    /// <summary>Bit 61: what it happened to, mostly a TD, is lost.</summary>
    public bool IsFatal => Value != NeverSet && (Value & FatalBit) != 0;

    /// <summary>Explains a status.</summary>
    public static SeamcallStatus Explain(ulong value)
    {
        SeamcallTables tables = SeamcallTables.Instance;
        if (tables.Exact.TryGetValue(value, out StatusEntry? exact))
        {
            return new SeamcallStatus(value, exact.Name, "", exact.Meaning, exact.Remedy);
        }

        // The one status that is all ones has no low half to take apart.
        ulong key = value == NeverSet ? NeverSet : value & NameMask;
        if (tables.Statuses.TryGetValue(key, out StatusEntry? entry))
        {
            return new SeamcallStatus(value, entry.Name, value == NeverSet ? "" : StatusDetail.Of(entry.Low, (uint)value), entry.Meaning, entry.Remedy);
        }

        // The module makes many an error fatal by this one bit.
        return tables.Statuses.TryGetValue(key & ~FatalBit, out entry)
            ? new SeamcallStatus(value, entry.Name, StatusDetail.Of(entry.Low, (uint)value), $"{entry.Meaning} The TD that it happened to is lost.", entry.Remedy)
            : new SeamcallStatus(value, "unknown", StatusDetail.Of("", (uint)value), $"This status is not one that is known here. {GeneralMeaning(value)}", GeneralRemedy(value));
    }

    /// <summary>Explains a status that a known leaf returned.</summary>
    public static SeamcallStatus Explain(ulong value, ulong leaf) => Explain(value, leaf, ReadOnlyDictionary<string, ulong>.Empty);

    /// <summary>Explains a status that a known leaf returned with these registers, by upper-case name.</summary>
    public static SeamcallStatus Explain(ulong value, ulong leaf, IReadOnlyDictionary<string, ulong> registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        SeamcallStatus status = Explain(value);
        string more = RegisterDetail.Of(value & NameMask, leaf, registers);
        status = status with { Detail = more.Length == 0 || status.Detail.Length == 0 ? status.Detail + more : $"{status.Detail}, {more}" };
        return (value & NameMask) == SysNotReady && leaf is SeamcallLeaf.SysRd or SeamcallLeaf.SysRdAll
            ? status with
            {
                Meaning = "The TDX module is too old: a 1.0 module does not let the kernel read its metadata before it is initialised.",
                Remedy = "Update the TDX module to 1.5 or newer, by a BIOS update or with the module that Intel publishes for this CPU, and reboot.",
            }
            : status;
    }

    /// <summary>Understands a status as people write it.</summary>
    /// <param name="text">A name in any case, also without the leading <c>TDX_</c>; or hexadecimal with <c>0x</c>, with or without underscores;
    /// or hexadecimal without <c>0x</c> when it has a letter or all sixteen digits, as the kernel prints it; or else decimal.</param>
    /// <param name="value">RAX; with no details, when a name was given.</param>
    /// <returns>Whether it was understood.</returns>
    public static bool TryParse(string text, out ulong value)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, ulong> byName = SeamcallTables.Instance.ByName;
        if (byName.TryGetValue(text, out value) || byName.TryGetValue("TDX_" + text, out value))
        {
            return true;
        }

        string digits = text.ToLowerInvariant();
        bool isHex = digits.StartsWith("0x", StringComparison.Ordinal);
        digits = isHex ? digits.Replace("_", "", StringComparison.Ordinal) : digits;
        return !isHex && digits.Length != HexDigits && digits.All(char.IsAsciiDigit)
            ? ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            : Hex.TryParse(isHex ? digits : "0x" + digits, out value);
    }

    /// <summary>The names that hold a text, in any case, in the order of the table.</summary>
    public static IEnumerable<string> NamesWith(string part) =>
        SeamcallTables.Instance.Statuses.Values.Select(status => status.Name).Where(name => name.Contains(part, StringComparison.OrdinalIgnoreCase)).Distinct();

    private static string GeneralMeaning(ulong value)
    {
        string subject = SeamcallTables.Instance.Classes.GetValueOrDefault((value >> 40) & 0xFF) is { } known
            ? $"It speaks of {known}."
            : $"Its class is {Hex.Plain((value >> 40) & 0xFF)}.";
        string weight = (value >> 63) == 0 ? " It is information, not an error."
            : (value & FatalBit) != 0 ? " The TD that it happened to is lost."
            : ((value >> 62) & 1) != 0 ? " The call cannot succeed as it was made."
            : " The call can be tried again.";
        return subject + weight;
    }

    private static string GeneralRemedy(ulong value) =>
        (value >> 63) == 0 ? "Nothing to do." : "Look it up in the error codes of the Intel TDX module ABI specification; report it with module version and kernel release.";
}
