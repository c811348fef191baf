using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether the BIOS has switched on what TDX stands on.</summary>
internal static class BiosChecks
{
    public static readonly CheckSpec Vmx = new("bios.vmx", "Virtualisation (VT-x) is on",
        "The kernel calls the TDX module from VMX operation.", "Enable VT-x (Intel Virtualization Technology) in the BIOS.");

    public static readonly CheckSpec Encryption = new("bios.tme", "Memory encryption (TME) is on",
        "TDX encrypts each trust domain's memory with a key of its own, which the multi-key memory encryption provides.",
        "Enable Total Memory Encryption (TME) and its multi-tenant mode (TME-MT) in the BIOS, with TME bypass off or on auto.");

    public static readonly CheckSpec Tdx = new("bios.tdx", "TDX is on in the BIOS",
        "Only the BIOS can set KeyIDs and memory aside for TDX, before the operating system starts.",
        "Enable TME, TME-MT, SGX, TDX and the TDX SEAM loader in the BIOS, with a TME-MT/TDX key split that is not zero, and power the machine off and on.");

    public static readonly CheckSpec KeyIds = new("bios.keyids", "TDX has private KeyIDs",
        "The first private KeyID protects the module's own memory, every other one serves a trust domain.", "Raise the TME-MT/TDX key split in the BIOS.");

    public static readonly CheckSpec Seam = new("bios.seamrr", "The SEAM range is set up, enabled and locked",
        "The TDX module and its loader live in memory that the BIOS takes away from everybody else and locks; without the lock the loader never starts.",
        "Enable the TDX SEAM loader in the BIOS and power the machine off and on; if it stays, ask the vendor for a BIOS that carries the P-SEAMLDR.");

    public static IEnumerable<Check> Run(ReadinessEvidence evidence) =>
        [CheckVmx(evidence), CheckEncryption(evidence), CheckTdx(evidence), CheckKeyIds(evidence), CheckSeam(evidence)];

    private static Check CheckVmx(ReadinessEvidence evidence)
    {
        Reading<CpuFacts> cpu = evidence.Snapshot.Host.Cpu;
        return !cpu.IsKnown && evidence.InitializedBy is { } by
            ? Vmx.Passed(by)
            : Vmx.Judged(cpu, facts => facts.TdxFlags.Contains("vmx"), facts => $"the CPU flag vmx is {(facts.TdxFlags.Contains("vmx") ? "" : "not ")}set");
    }

    // The kernel takes the flag tme away where the BIOS has not switched encryption on.
    private static Check CheckEncryption(ReadinessEvidence evidence) =>
        evidence.TmeActivate is { IsKnown: true } register ? Encryption.Judged(register, value => TmeActivate.Decode(value).IsEnabled, value => $"IA32_TME_ACTIVATE is {Hex.Plain(value)}: {TmeActivate.Decode(value)}")
        : evidence.Report?.MemoryEncryption is { IsKnown: true } reported ? Encryption.Judged(reported, on => on, on => $"MK_TME_ENABLED bit: {(on ? 1 : 0)}")
        : evidence.LogFacts.MemoryEncryption is { } logged ? Encryption.Judged(logged, $"x86/tme: {(logged ? "" : "not ")}enabled by BIOS ({evidence.Log.Source})")
        : evidence.InitializedBy is { } by ? Encryption.Passed(by)
        : evidence.Cpu is { } cpu && cpu.TdxFlags.Contains("tme") ? Encryption.Passed($"the CPU flag tme is set ({evidence.Snapshot.Host.Cpu.Source})")
        : evidence.Cpu is null ? Encryption.Skipped(evidence.Snapshot.Host.Cpu)
        : Encryption.Failed($"the CPU flag tme is not set ({evidence.Snapshot.Host.Cpu.Source})");

    private static Check CheckTdx(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.TdxOff) is { } line)
        {
            return Tdx.Failed(line);
        }

        return evidence.KeyIdPartitioning is { IsKnown: true } register ? Tdx.Judged(register, value => KeyIdPartitioning.Decode(value).TdxKeyIds > 0, Partitioning)
            : evidence.Report?.PrivateKeyIds is { IsKnown: true } reported ? Tdx.Judged(reported, count => count > 0, Reported)
            : evidence.LogFacts.PrivateKeyIds is { } keys ? Tdx.Passed($"BIOS enabled: private KeyID range [{keys.Start}, {keys.End}) ({evidence.Log.Source})")
            : evidence.InitializedBy is { } by ? Tdx.Passed(by)
            : evidence.Cpu is { } cpu && cpu.TdxFlags.Contains("tdx_host_platform") ? Tdx.Passed($"the CPU flag tdx_host_platform is set ({evidence.Snapshot.Host.Cpu.Source})")
            : Tdx.Skipped("no source tells what the BIOS has set");
    }

    private static Check CheckKeyIds(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.TooFewKeyIds) is { } line)
        {
            return KeyIds.Failed(line);
        }

        (uint Start, uint End)? logged = evidence.LogFacts.PrivateKeyIds;
        bool tooFew = logged is { } few && few.End < few.Start + KeyIdPartitioning.FewestTdxKeyIds;
        if (evidence.KeyIdPartitioning is { IsKnown: true } register && !tooFew)
        {
            return KeyIds.Judged(register, value => KeyIdPartitioning.Decode(value).TdxKeyIds >= KeyIdPartitioning.FewestTdxKeyIds, Partitioning);
        }

        if (evidence.Report?.PrivateKeyIds is { IsKnown: true } reported && !tooFew)
        {
            return KeyIds.Judged(reported, keys => keys >= KeyIdPartitioning.FewestTdxKeyIds, Reported);
        }

        if (logged is { } range)
        {
            return KeyIds.Judged(!tooFew, $"private KeyID range [{range.Start}, {range.End}) ({evidence.Log.Source})");
        }

        Reading<long> capacity = evidence.Snapshot.Kernel.KeyIdCapacity;
        return capacity.IsKnown || evidence.Log.IsKnown
            ? KeyIds.Judged(capacity, keys => keys > 0, keys => $"{keys} KeyIDs for guests")
            : KeyIds.Skipped(evidence.Log);
    }

    private static string Reported(long keys) => ReadinessEvidence.Text($"NUM_TDX_PRIV_KEYS: {keys}");

    private static string Partitioning(ulong value) => $"IA32_MKTME_KEYID_PARTITIONING is {Hex.Plain(value)}: {KeyIdPartitioning.Decode(value)}";

    private static Check CheckSeam(ReadinessEvidence evidence)
    {
        if (evidence.SeamrrMask is { IsKnown: true } mask && evidence.SeamrrBase is { IsKnown: true } start)
        {
            var range = Seamrr.Decode(start.Value, mask.Value);
            return Seam.Judged(range is { IsConfigured: true, IsEnabled: true, IsLocked: true }, $"{range} ({mask.Source})");
        }

        return evidence.Report?.SeamrrEnabled is { IsKnown: true } reported ? Seam.Judged(reported, on => on, on => $"SEAM_RR bit: {(on ? 1 : 0)}")
            : evidence.InitializedBy is { } by ? Seam.Passed(by) : Seam.Skipped(evidence.SeamrrMask);
    }
}
