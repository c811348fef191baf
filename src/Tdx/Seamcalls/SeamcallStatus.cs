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

    private const ulong NeverSet = ulong.MaxValue;
    private const ulong IncorrectCpuid = 0xC000_0900_0000_0000;
    private static readonly string[] PamtLevels = ["4K", "2M", "1G"];

    /// <summary>Bit 63: an error; informational codes leave it clear.</summary>
    public bool IsError => (Value >> 63) != 0;

    /// <summary>Whether the same call can succeed later: an error with bits 62 (non-recoverable) and 61 (fatal) clear.</summary>
    public bool IsRecoverable => IsError && ((Value >> 61) & 3) == 0;

    /// <summary>The class of bits 47:40 in words; its number where it is not known.</summary>
    public string ClassName => SeamcallTables.Instance.Classes.GetValueOrDefault((Value >> 40) & 0xFF) ?? Hex.Plain((Value >> 40) & 0xFF);

    /// <summary>Explains a status.</summary>
    public static SeamcallStatus Explain(ulong value)
    {
        SeamcallTables tables = SeamcallTables.Instance;
        if (tables.Exact.TryGetValue(value, out StatusEntry? exact))
        {
            return new SeamcallStatus(value, exact.Name, "", exact.Meaning!, exact.Remedy!);
        }

        // The one status that is all ones has no low half to take apart.
        ulong key = value == NeverSet ? NeverSet : value & NameMask;
        return tables.Statuses.TryGetValue(key, out StatusEntry? entry)
            ? new SeamcallStatus(value, entry.Name, DetailOf(entry.Name, key, (uint)value), entry.Meaning ?? GeneralMeaning(value), entry.Remedy ?? GeneralRemedy(value))
            : new SeamcallStatus(value, "unknown", LowHalf(key, (uint)value), $"This status is not one that is known here. {GeneralMeaning(value)}", GeneralRemedy(value));
    }

    /// <summary>Explains a status that a known leaf returned.</summary>
    public static SeamcallStatus Explain(ulong value, ulong leaf) => Explain(value, leaf, ReadOnlyDictionary<string, ulong>.Empty);

    /// <summary>Explains a status that a known leaf returned with these registers, by upper-case name.</summary>
    public static SeamcallStatus Explain(ulong value, ulong leaf, IReadOnlyDictionary<string, ulong> registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        SeamcallStatus status = Explain(value);
        return (value & NameMask, leaf) switch
        {
            (SysNotReady, SeamcallLeaf.SysRd or SeamcallLeaf.SysRdAll) => status with
            {
                Meaning = "The TDX module is too old: a 1.0 module does not let the kernel read its metadata before it is initialised.",
                Remedy = "Update the TDX module to 1.5 or newer, by a BIOS update or with the module that Intel publishes for this CPU, and reboot.",
            },
            (IncorrectCpuid, SeamcallLeaf.SysInit) when registers.TryGetValue("RCX", out ulong cpuid) => status with { Detail = $"CPUID leaf {Hex.Plain(cpuid)}" },
            _ => status,
        };
    }

    private static string DetailOf(string name, ulong key, uint low)
    {
        int tdmr = (int)(low & 0xFF), second = (int)((low >> 8) & 0xFF), third = (int)((low >> 16) & 0xFF);
        return name switch
        {
            "TDX_INVALID_TDMR" or "TDX_NON_ORDERED_TDMR" or "TDX_TDMR_OUTSIDE_CMRS" => Text($"TDMR {tdmr}"),
            "TDX_INVALID_PAMT" or "TDX_PAMT_OUTSIDE_CMRS" => Text($"TDMR {tdmr}, {PamtLevel(second)}"),
            "TDX_PAMT_OVERLAP" => Text($"TDMR {tdmr}, {PamtLevel(second)}, against TDMR {third}"),
            "TDX_INVALID_RESERVED_IN_TDMR" or "TDX_NON_ORDERED_RESERVED_IN_TDMR" => Text($"TDMR {tdmr}, reserved area {second}"),
            "TDX_INCORRECT_MSR_VALUE" or "TDX_INCONSISTENT_MSR" => $"MSR {Hex.Plain(low)}{(SeamcallTables.Instance.Msrs.TryGetValue(low, out string? msr) ? $" ({msr})" : "")}",
            _ when NamesOperand(name) => SeamcallTables.Instance.Operands.TryGetValue(low, out string? operand) ? $"operand {operand}" : Text($"operand {low}"),
            _ => LowHalf(key, low),
        };
    }

    // Class 3 statuses name the operand that points to the page.
    private static bool NamesOperand(string name) =>
        name.StartsWith("TDX_OPERAND_", StringComparison.Ordinal) || name.StartsWith("TDX_PAGE_METADATA", StringComparison.Ordinal)
        || name is "TDX_PAGE_NOT_FREE" or "TDX_PAGE_ALREADY_FREE" or "TDX_PAGE_NOT_OWNED_BY_TD";

    private static string PamtLevel(int level) => level < PamtLevels.Length ? $"PAMT of {PamtLevels[level]} pages" : Text($"PAMT level {level}");

    private static string LowHalf(ulong key, uint low) => low == 0 || key == NeverSet ? "" : $"details {Hex.Plain(low)}";

    private static string GeneralMeaning(ulong value)
    {
        string subject = SeamcallTables.Instance.Classes.GetValueOrDefault((value >> 40) & 0xFF) is { } known
            ? $"It speaks of {known}."
            : $"Its class is {Hex.Plain((value >> 40) & 0xFF)}.";
        string weight = (value >> 63) == 0 ? " It is information, not an error."
            : ((value >> 61) & 1) != 0 ? " The TD that it happened to is lost."
            : ((value >> 62) & 1) != 0 ? " The call cannot succeed as it was made."
            : " The call can be tried again.";
        return subject + weight;
    }

    private static string GeneralRemedy(ulong value) =>
        (value >> 63) == 0 ? "Nothing to do." : "Look it up in the error codes of the Intel TDX module ABI specification; report it with module version and kernel release.";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
