using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Planning;

/// <summary>What a plan needs to know of a TDX module.</summary>
/// <param name="Name">The name that a plan has for it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Families">The CPU families that load it, by short name.</param>
/// <param name="Limits">Its limits.</param>
/// <param name="Features">TDX_FEATURES0.</param>
public sealed record PlanModule(string Name, ModuleVersion Version, IReadOnlyList<string> Families, TdmrLimits Limits, ulong Features)
{
    /// <summary>Whether it offers Dynamic PAMT (TDX_FEATURES0 bit 36).</summary>
    public bool OffersDynamicPamt => (Features >> FeatureBits.DynamicPamt & 1) != 0;
}

/// <summary>The modules that a plan can name: those of the profiles that come with the probe, whose comments say what of them is fact.</summary>
public static class PlanModules
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlanModule> All { get; } =
    [
        new("tdx-1.5.08-emr", new ModuleVersion(1, 5, 8), ["SPR", "EMR"], TdmrLimits.Usual, 0x2_2E1F_0FBF),
        new("tdx-1.5.16-srf", new ModuleVersion(1, 5, 16), ["SPR", "EMR", "SRF"], TdmrLimits.Usual, 0x22_6F3F_0FBF),
        new("tdx-2.0.08-gnr", new ModuleVersion(2, 0, 8), ["GNR"], TdmrLimits.Usual, 0x32_A71F_0FBF),
    ];

    /// <summary>Finds one by its name, or by its version as <c>1.5.08</c> or <c>1.5.8</c>.</summary>
    /// <returns>Null where there is none.</returns>
    public static PlanModule? Find(string name) => All.FirstOrDefault(module => module.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? (ModuleVersion.TryParse(name, out ModuleVersion version) ? All.FirstOrDefault(module => module.Version == version) : null);

    /// <summary>What to tell a user who named one that is not there.</summary>
    internal static string Remedy => $"Use one of: {string.Join(", ", All.Select(module => module.Name))}.";
}
