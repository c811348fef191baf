using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether KVM runs trust domains.</summary>
internal static class KvmChecks
{
    public static readonly CheckSpec Release = new("kvm.release", "KVM can run trust domains",
        "Upstream KVM runs trust domains since 6.16; Ubuntu's Intel kernels did before.", "Boot Linux 6.16 or newer, or Ubuntu's Intel kernel.");

    public static readonly CheckSpec Prerequisites = new("kvm.prerequisites", "KVM's own switches allow TDX",
        "TDX needs EPT with A/D bits, the TDP MMU, MMIO caching, APICv and virtualisation enabled at load.",
        "Take ept=0, eptad=0, enable_apicv=0 (kvm_intel) and tdp_mmu=0, mmio_caching=0, enable_virt_at_load=0 (kvm) off the command line and out of /etc/modprobe.d, and load both modules again.");

    public static readonly CheckSpec Enabled = new("kvm.tdx", "KVM uses TDX (kvm_intel.tdx)",
        "With N, KVM starts no trust domain; the kernel also sets it to N when TDX failed.",
        "Put kvm_intel.tdx=1 on the kernel command line, or options kvm_intel tdx=1 in /etc/modprobe.d, and load kvm_intel again.");

    public static readonly CheckSpec KeyIds = new("kvm.keyids", "KVM has KeyIDs to give out",
        "Each trust domain takes one private KeyID for as long as it runs.", "Stop trust domains that are not needed, or raise the TME-MT/TDX key split in the BIOS.", false);

    public static readonly CheckSpec Capabilities = new("kvm.capabilities", "KVM tells what trust domains can have",
        "QEMU asks KVM for it (KVM_TDX_CAPABILITIES) before it makes a trust domain.", "Load kvm_intel with tdx=1 on Linux 6.16 or newer, and give the probe /dev/kvm.", false);

    private const string Parameter = "kvm_intel.tdx";
    private static readonly Version FirstSupport = new(6, 16);

    public static IEnumerable<Check> Run(ReadinessEvidence evidence) => [CheckRelease(evidence), CheckPrerequisites(evidence), CheckEnabled(evidence), CheckKeyIds(evidence), CheckCapabilities(evidence)];

    private static Check CheckRelease(ReadinessEvidence evidence)
    {
        Reading<string> release = evidence.Snapshot.Host.KernelRelease;
        return release.IsKnown && evidence.Release is null
            ? Release.Skipped($"release '{release.Value}' ({release.Source})")
            : Release.Judged(release, _ => evidence.Release >= FirstSupport || evidence.IsIntelKernel || evidence.InitializedBy is not null, text => $"release {text}");
    }

    private static Check CheckPrerequisites(ReadinessEvidence evidence) =>
        evidence.Line(FailureCause.KvmPrerequisite) is { } line ? Prerequisites.Failed(line)
        : evidence.Snapshot.Kernel.KvmIntelTdx is { IsKnown: true, Value: true } on ? Prerequisites.Passed($"kvm_intel.tdx is Y, which KVM takes back where one is off ({on.Source})")
        : Prerequisites.Skipped("KVM names a missing one only when it is loaded with tdx=1");

    private static Check CheckEnabled(ReadinessEvidence evidence)
    {
        Reading<bool> parameter = evidence.Snapshot.Kernel.KvmIntelTdx;
        if (parameter.IsKnown)
        {
            return Enabled.Judged(parameter, on => on, on => on ? "Y" : "N");
        }

        return evidence.CommandLineSwitch(Parameter) switch
        {
            { On: false } off => Enabled.Failed(off.Seen),
            { On: true } on => Enabled.Passed(on.Seen),
            _ when evidence.LogFacts.EndsAtKeyIds && evidence.Snapshot.Host.KernelCommandLine is { IsKnown: true } line =>
                Enabled.Failed($"the command line does not set {Parameter}, whose default is off, and nobody asked for TDX ({line.Source}, {evidence.Log.Source})"),
            _ => Enabled.Skipped(parameter),
        };
    }

    private static Check CheckKeyIds(ReadinessEvidence evidence)
    {
        Reading<long> capacity = evidence.Snapshot.Kernel.KeyIdCapacity;
        if (!capacity.TryGet(out long all) || !evidence.KeyIdsInUse.TryGet(out long used))
        {
            return KeyIds.Judged(capacity, keys => keys > 0, keys => ReadinessEvidence.Text($"{keys} private KeyIDs"));
        }

        string seen = ReadinessEvidence.Text($"{used} of {all} private KeyIDs are in use ({evidence.KeyIdsInUse.Source})");
        return all <= 0 ? KeyIds.Failed(seen) : used >= all ? KeyIds.Warned($"{seen}: no further trust domain can start") : KeyIds.Passed(seen);
    }

    private static Check CheckCapabilities(ReadinessEvidence evidence) => Capabilities.Judged(
        evidence.KvmTdx, _ => true, kvm => ReadinessEvidence.Text($"attributes {Hex.Plain(kvm.SupportedAttributes)}, XFAM {Hex.Plain(kvm.SupportedXfam)}, {kvm.Cpuid.Count} CPUID leaves to configure"));
}
