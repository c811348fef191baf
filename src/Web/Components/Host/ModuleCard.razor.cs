using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>Which TDX module a host runs and what it can do.</summary>
public partial class ModuleCard
{
    private const uint Intel = 0x8086;
    private const uint DebugModule = 1u << 31;

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    private ModuleIdentity Module => View.Module;

    /// <summary>A build date as it stands on every page.</summary>
    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Vendor(uint id) => id == Intel ? $"{Hex.Plain(id)} Intel" : Hex.Plain(id);

    private static string AttributesText(uint attributes) =>
        $"{Hex.Plain(attributes)} {((attributes & DebugModule) == 0 ? "production module" : "debug module")}";

    private static string LimitsText(TdmrLimits limits) =>
        $"{Wording.Count(limits.MaxTdmrs, "TDMR")}, {Wording.Count(limits.MaxReservedPerTdmr, "reserved area")} in each, "
        + $"PAMT entries of {limits.Pamt4KEntrySize}, {limits.Pamt2MEntrySize} and {limits.Pamt1GEntrySize} bytes (4 KiB, 2 MiB, 1 GiB)";

    private static string FeatureCount(IReadOnlyList<NamedBit> bits) => $"{bits.Count(bit => bit.IsSet)} of {bits.Count} that are known";
}
