using System.Globalization;

namespace TdxDash.Tdx.Metadata;

/// <summary>One CPU family that a TDX host can have.</summary>
/// <param name="ShortName">The public short name, for example <c>EMR</c>.</param>
/// <param name="LongName">The public long name, for example <c>Emerald Rapids</c>.</param>
public sealed record CpuFamily(string ShortName, string LongName);

/// <summary>Intel server CPU families by CPUID display family and model (Linux <c>arch/x86/include/asm/intel-family.h</c>).</summary>
public static class CpuFamilies
{
    private static readonly Dictionary<(int Family, int Model), CpuFamily> WithTdx = new()
    {
        [(6, 143)] = new("SPR", "Sapphire Rapids"),
        [(6, 207)] = new("EMR", "Emerald Rapids"),
        [(6, 173)] = new("GNR", "Granite Rapids"),
        [(6, 174)] = new("GNR", "Granite Rapids D"),
        [(6, 175)] = new("SRF", "Sierra Forest"),
        [(6, 221)] = new("CWF", "Clearwater Forest"),
    };

    // Xeon generations before the first one with TDX: Skylake to Cooper Lake, Ice Lake, Ice Lake D.
    private static readonly HashSet<(int Family, int Model)> BeforeTdx = [(6, 85), (6, 106), (6, 108)];

    /// <summary>The family of TDX-capable CPUs that a model belongs to; null where it belongs to none that is known.</summary>
    public static CpuFamily? Find(int family, int model) => WithTdx.GetValueOrDefault((family, model));

    /// <summary>Whether a model is known to be older than TDX.</summary>
    public static bool IsBeforeTdx(int family, int model) => BeforeTdx.Contains((family, model));

    /// <summary>The public short name; family and model as <c>6/85</c> where there is none.</summary>
    public static string ShortName(int family, int model) =>
        Find(family, model)?.ShortName ?? string.Create(CultureInfo.InvariantCulture, $"{family}/{model}");

    /// <summary>Takes CPUID.1.EAX apart into display family, display model and stepping (Intel SDM vol. 2A, CPUID).</summary>
    public static (int Family, int Model, int Stepping) Decode(uint eax)
    {
        int family = (int)(eax >> 8) & 0xF, model = (int)(eax >> 4) & 0xF;
        if (family is 6 or 15)
        {
            model |= (int)(eax >> 12) & 0xF0;
        }

        return (family == 15 ? family + ((int)(eax >> 20) & 0xFF) : family, model, (int)eax & 0xF);
    }
}
