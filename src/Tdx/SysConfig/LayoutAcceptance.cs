using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Seamcalls;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.SysConfig;

/// <summary>Whether the TDX module would accept a computed layout in TDH.SYS.CONFIG, and if not, with which status.</summary>
/// <param name="Answer">The module's answer by the model.</param>
/// <param name="Status">The answer's status, explained.</param>
public sealed record LayoutAcceptance(SysConfigAnswer Answer, SeamcallStatus Status)
{
    private const string Source = "model of TDH.SYS.CONFIG";
    private const int MostHkidBits = 15;

    // Where the array and its entries lie does not matter to the verdict, so they get the lowest addresses that pass.
    private const ulong ArrayAddress = 16 * ByteSize.MiB;

    /// <summary>What the status alone does not say; else empty.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>The judgement in words.</summary>
    public string Sentence => Answer.IsAccepted
        ? "The module would accept this layout."
        : $"The module would refuse this layout with {Status.Name} ({Hex.Plain(Status.Value)}{(Status.Detail.Length == 0 ? "" : $", {Status.Detail}")}): {Status.Meaning}{Reason}";

    /// <summary>Judges the layout of a snapshot.</summary>
    /// <param name="snapshot">With layout and CMRs.</param>
    /// <param name="cmrs">The CMRs to judge by.</param>
    /// <returns>The judgement, with the provenance of the layout and the CMRs; or why there is none.</returns>
    public static Reading<LayoutAcceptance> Of(Snapshot snapshot, Reading<IReadOnlyList<AddressRange>> cmrs)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(cmrs);
        Reading<TdmrLayout> layout = snapshot.Layout.Layout;
        if (!layout.IsKnown || !cmrs.IsKnown)
        {
            return layout.IsKnown ? cmrs.Map<LayoutAcceptance>(_ => null!) : layout.Map<LayoutAcceptance>(_ => null!);
        }

        if (layout.Value.Error != LayoutError.None)
        {
            return Reading.NotOffered<LayoutAcceptance>(Source, "Linux comes to no layout that it could hand over.");
        }

        Provenance provenance = cmrs.Provenance is Provenance.Emulated or Provenance.Hypothetical ? cmrs.Provenance : layout.Provenance;
        return Reading.Known(Judge(layout.Value, cmrs.Value, snapshot.Host.Cpu.Or(null)?.PhysicalAddressBits), provenance, Source);
    }

    /// <summary>Judges a layout that was built.</summary>
    /// <param name="layout">Without error.</param>
    /// <param name="cmrs">The CMRs.</param>
    /// <param name="addressBits">Physical address bits that the kernel reports: those below the HKID. Null where they are not known;
    /// they refuse nothing then.</param>
    public static LayoutAcceptance Judge(TdmrLayout layout, IReadOnlyList<AddressRange> cmrs, int? addressBits)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(cmrs);
        bool dynamicPamt = layout.Tdmrs.Any(IsDynamic);
        int widest = dynamicPamt ? SysConfigModel.MaxDynamicPamtHkidStartBit : SysConfigPlatform.PhysicalAddressBits;
        int hkidBits = Math.Clamp(SysConfigPlatform.PhysicalAddressBits - (addressBits ?? widest), 1, MostHkidBits);
        var platform = new SysConfigPlatform
        {
            HkidStartBit = SysConfigPlatform.PhysicalAddressBits - hkidBits,
            HkidBits = hkidBits,
            PrivateHkidMin = 1,
            PrivateHkidMax = (1U << hkidBits) - 1,
            Seamrr = default,
            OffersDynamicPamt = dynamicPamt,
            Cmrs = [.. cmrs.Select(cmr => new RawRange(cmr.Start.Value, cmr.Size.Bytes))],
        };
        ulong options = dynamicPamt ? SysConfigModel.DynamicPamtOption : 0;
        var operands = new SysConfigOperands(ArrayAddress, (ulong)layout.Tdmrs.Count, options | platform.PrivateHkidMin, [.. layout.Tdmrs.Select(Entry)]);
        SysConfigAnswer answer = SysConfigModel.Call(platform, operands);
        return new LayoutAcceptance(answer, SeamcallStatus.Explain(answer.Status))
        {
            Reason = dynamicPamt && platform.HkidStartBit > SysConfigModel.MaxDynamicPamtHkidStartBit
                ? string.Create(CultureInfo.InvariantCulture, $" Dynamic PAMT needs KeyIDs that begin at address bit {SysConfigModel.MaxDynamicPamtHkidStartBit} or below; here they begin at bit {platform.HkidStartBit}.")
                : "",
        };
    }

    // A full 4K table is 512 times the 2M table; the bitmap is far smaller.
    private static bool IsDynamic(Tdmr tdmr) => tdmr.Pamt is { } pamt && pamt.Size4K.Bytes < tdmr.Range.Size.Bytes / ByteSize.KiB;

    private static TdmrInfo Entry(Tdmr tdmr, int index)
    {
        Pamt pamt = tdmr.Pamt ?? throw new ArgumentException($"TDMR {index} has no PAMT: only a layout without error can be judged.", nameof(tdmr));
        ulong base4K = pamt.Start.Value;
        ulong base2M = base4K + pamt.Size4K.Bytes;
        ulong base1G = base2M + pamt.Size2M.Bytes;
        return new TdmrInfo(
            ArrayAddress + ((ulong)(index + 1) * SysConfigModel.InfoAlignment),
            new RawRange(tdmr.Range.Start.Value, tdmr.Range.Size.Bytes),
            new RawRange(base4K, pamt.Size4K.Bytes),
            new RawRange(base2M, pamt.Size2M.Bytes),
            new RawRange(base1G, pamt.Size1G.Bytes),
            [.. tdmr.Reserved.Select(area => new RawRange(area.Range.Start.Value - tdmr.Range.Start.Value, area.Range.Size.Bytes))]);
    }
}
