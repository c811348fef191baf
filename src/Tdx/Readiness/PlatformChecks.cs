using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether the machine itself can have TDX.</summary>
internal static class PlatformChecks
{
    public static readonly CheckSpec Vendor = new("platform.vendor", "The processor is from Intel",
        "TDX is a feature of Intel Xeon processors; other vendors have other technologies.",
        "Use a server with an Intel Xeon of the 5th generation or newer, or one of the 4th that was made for TDX.");

    public static readonly CheckSpec BareMetal = new("platform.bare-metal", "The host runs on bare metal",
        "SEAMCALL and the KeyIDs belong to the real machine; no hypervisor passes them on to a guest.",
        "Run this on the physical host itself, or rent a bare-metal instance.");

    public static readonly CheckSpec Model = new("platform.cpu-model", "The processor model has TDX",
        "TDX came with Sapphire Rapids (selected parts) and Emerald Rapids; older Xeons lack it.",
        "Use a server with a Xeon of the 5th generation or newer.");

    public static readonly CheckSpec Features = new("platform.cpu-features", "The processor has MOVDIR64B, XSAVE and self-snoop",
        "Linux clears TDX memory with MOVDIR64B, saves a TD's state with XSAVE, and relies on self-snoop for coherent caches.",
        "Take kernel parameters that hide them (clearcpuid=, noxsave) off the command line; if they are still missing, update the BIOS.");

    private static readonly string[] Needed = ["movdir64b", "xsave", "ss"];

    public static IEnumerable<Check> Run(ReadinessEvidence evidence)
    {
        Check vendor = CheckVendor(evidence);
        return vendor.Outcome == CheckOutcome.Failed
            ? [vendor, CheckBareMetal(evidence), Model.Skipped("the processor is not from Intel"), Features.Skipped("the processor is not from Intel")]
            : [vendor, CheckBareMetal(evidence), CheckModel(evidence), CheckFeatures(evidence)];
    }

    private static Check CheckVendor(ReadinessEvidence evidence) => !evidence.Snapshot.Host.Cpu.IsKnown && evidence.Report?.CpuName is { IsKnown: true } name
        ? Vendor.Judged(name, text => text.StartsWith("Intel", StringComparison.OrdinalIgnoreCase), text => text)
        : Vendor.Judged(evidence.Snapshot.Host.Cpu, cpu => cpu.Vendor == "GenuineIntel", cpu => $"vendor {cpu.Vendor}, {cpu.ModelName}");

    private static Check CheckBareMetal(ReadinessEvidence evidence) => evidence.LogFacts.IsGuest
        ? BareMetal.Failed($"tdx: Guest detected: this is the log of a trust domain, not of a host ({evidence.Log.Source})")
        : !evidence.Snapshot.Host.Cpu.IsKnown && evidence.Report?.Hypervisor is { IsKnown: true } hypervisor ? BareMetal.Failed($"Hypervisor detected: {hypervisor.Value} ({hypervisor.Source})")
        : BareMetal.Judged(evidence.Snapshot.Host.Cpu, cpu => !cpu.TdxFlags.Contains("hypervisor"), cpu => $"the CPU flag hypervisor is {(cpu.TdxFlags.Contains("hypervisor") ? "" : "not ")}set");

    private static Check CheckModel(ReadinessEvidence evidence)
    {
        Reading<CpuFacts> reading = evidence.Snapshot.Host.Cpu;
        if (reading.TryGet(out CpuFacts? cpu))
        {
            return JudgeModel(new CpuSignature(cpu.Family, cpu.Model, cpu.Stepping), $": {cpu.ModelName} ({reading.Source})");
        }

        return evidence.Report?.CpuSignature is { IsKnown: true } reported ? JudgeModel(reported.Value, $" ({reported.Source})") : Model.Skipped(reading);
    }

    private static Check JudgeModel(CpuSignature cpu, string rest)
    {
        string seen = $"family {cpu.Family}, model {cpu.Model}, stepping {cpu.Stepping}{rest}";
        return CpuFamilies.Find(cpu.Family, cpu.Model) is not null ? Model.Passed(seen)
            : CpuFamilies.IsBeforeTdx(cpu.Family, cpu.Model) ? Model.Failed(seen)
            : Model.Skipped($"{seen}; this model is not in the table of known ones");
    }

    private static Check CheckFeatures(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.MissingCpuFeature) is { } line)
        {
            return Features.Failed(line);
        }

        return Features.Judged(evidence.Snapshot.Host.Cpu, cpu => Needed.All(cpu.TdxFlags.Contains), cpu => Needed.Where(flag => !cpu.TdxFlags.Contains(flag)).ToArray() is { Length: > 0 } missing
            ? $"the CPU flags {string.Join(", ", missing)} are not set"
            : $"the CPU flags {string.Join(", ", Needed)} are set");
    }
}
