using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Platform;

/// <summary>One line of a platform's facts, for people.</summary>
/// <param name="Label">What it is, in one to three words.</param>
/// <param name="Text">The value, decoded, with where it comes from; or why there is none.</param>
public readonly record struct PlatformLine(string Label, Reading<string> Text);

/// <summary>Platform facts as lines, the same on a terminal and on a page.</summary>
public static class PlatformLines
{
    /// <summary>Lists them. Registers that all lack their values for the same reason are one line.</summary>
    public static IReadOnlyList<PlatformLine> Of(PlatformFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return
        [
            .. Registers(facts),
            new("KVM and TDX", facts.KvmTdx.Map(Of)),
            new("KeyIDs in use", facts.KeyIdsInUse.Map(Plain)),
            new("KeyID limit hits", facts.KeyIdLimitHits.Map(Plain)),
            new("Module update", facts.ModuleUpdate.Map(Of)),
            .. facts.SysfsModule.State == ReadingState.NotOffered ? [] : new PlatformLine[] { new("Module in sysfs", facts.SysfsModule.Map(Of)) },
            new("Memory blocks", facts.MemoryBlocks.Map(Of)),
            new("Attestation", facts.AttestationServices.Map(services => services.Count == 0 ? "no service found" : string.Join(", ", services))),
        ];
    }

    /// <summary>The memory of the TDX module, from its two registers.</summary>
    public static Reading<Seamrr> SeamrrOf(PlatformFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.SeamrrMask.TryGet(out ulong mask)
            ? facts.SeamrrBase.Map(value => Seamrr.Decode(value, mask))
            : facts.SeamrrMask.Map<Seamrr>(_ => null!);
    }

    private static IReadOnlyList<PlatformLine> Registers(PlatformFacts facts)
    {
        Reading<ulong>[] all = [facts.KeyIdPartitioning, facts.TmeCapability, facts.TmeActivate, facts.SeamrrBase, facts.SeamrrMask];
        return all.All(reading => !reading.IsKnown && reading.State == all[0].State && reading.Reason == all[0].Reason)
            ? [new PlatformLine("MSRs", all[0].Map(_ => ""))]
            :
            [
                new("KeyIDs", facts.KeyIdPartitioning.Map(value => KeyIdPartitioning.Decode(value).ToString())),
                new("Memory encryption", facts.TmeActivate.Map(value => TmeActivate.Decode(value).ToString())),
                new("Encryption engine", facts.TmeCapability.Map(value => TmeCapability.Decode(value).ToString())),
                new("SEAMRR", SeamrrOf(facts).Map(range => range.ToString())),
            ];
    }

    private static string Of(KvmTdxCapabilities kvm) => string.Create(
        CultureInfo.InvariantCulture,
        $"TD attributes {Names(FeatureBits.Attributes(kvm.SupportedAttributes))}; XFAM {Names(FeatureBits.Xfam(kvm.SupportedXfam))}; {kvm.Cpuid.Count} CPUID leaves to configure");

    private static string Of(ModuleUpdateNode node) => node.Error.Length == 0 ? node.Status : $"{node.Status}; the last update failed: {node.Error}";

    private static string Of(SysfsModule module) => string.Create(
        CultureInfo.InvariantCulture,
        $"{module.MajorVersion}.{module.MinorVersion}, build {module.BuildNumber} of {module.BuildDate:yyyy-MM-dd}, {module.Status}");

    private static string Of(MemoryBlocks blocks) => string.Create(CultureInfo.InvariantCulture, $"{blocks.Online} online, {blocks.Offline} offline, {blocks.BlockSize} each");

    private static string Names(IReadOnlyList<NamedBit> bits)
    {
        string[] set = [.. bits.Where(bit => bit.IsSet).Select(bit => bit.Name)];
        return set.Length == 0 ? "none" : string.Join(' ', set);
    }

    private static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);
}
