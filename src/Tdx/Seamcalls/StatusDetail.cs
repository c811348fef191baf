using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Seamcalls;

/// <summary>The low half of a status in words (TDX module source, <c>api_error_with_operand_id</c>,
/// <c>api_error_with_multiple_info</c>).</summary>
internal static class StatusDetail
{
    private static readonly string[] PamtLevels = ["4K", "2M", "1G"];

    /// <summary>Takes it apart.</summary>
    /// <param name="kind">The status's <c>low</c> in <c>seamcalls.json</c>.</param>
    /// <param name="low">The low half.</param>
    /// <returns>Empty where it says nothing.</returns>
    public static string Of(string kind, uint low)
    {
        int first = (int)(low & 0xFF), second = (int)((low >> 8) & 0xFF), third = (int)((low >> 16) & 0xFF);
        return kind switch
        {
            "tdmr" => Text($"TDMR {first}"),
            "tdmr-level" => Text($"TDMR {first}, {PamtLevel(second)}"),
            "tdmr-level-tdmr" => Text($"TDMR {first}, {PamtLevel(second)}, against TDMR {third}"),
            "tdmr-area" => Text($"TDMR {first}, reserved area {second}"),
            "operand" => Operand(low),
            "operand-if-any" when low != 0 => Operand(low),
            "msr" => $"MSR {Hex.Plain(low)}{(SeamcallTables.Instance.Msrs.TryGetValue(low, out string? name) ? $" ({name})" : "")}",
            "cpuid-leaf" when low != 0 => $"CPUID leaf {Hex.Plain(low)}",
            "smrr-cmr" => Text($"SMRR {first}, CMR {second}"),
            "update-work" => Text($"{low >> 16} {((low & 0xFFFF) == 0 ? "TDs are being built" : "migrations are interrupted")}"),
            "x2apic-id" => $"x2APIC id {Hex.Plain(low)}",
            "page-of-pair" => Text($"page {low} of the pair"),
            "field-code" when low != 0 => $"field code {Hex.Plain(low)}",
            _ => low == 0 ? "" : $"details {Hex.Plain(low)}",
        };
    }

    private static string Operand(uint id) => SeamcallTables.Instance.Operands.TryGetValue(id, out string? operand) ? $"operand {operand}" : Text($"operand {id}");

    private static string PamtLevel(int level) => level < PamtLevels.Length ? $"PAMT of {PamtLevels[level]} pages" : Text($"PAMT level {level}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
