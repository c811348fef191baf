using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Platform;

public sealed class PlatformLinesTests
{
    [Fact]
    public void Of_AWorkingHost_DecodesEveryValue()
    {
        string[] lines = [.. PlatformLines.Of(TestPlatform.Working()).Select(line => $"{line.Label}: {line.Text.Value}")];
        Assert.Equal(
            [
                "KeyIDs: 31 for TME-MT, 32 for TDX [32, 64), 31 of them for guests",
                "Memory encryption: enabled, locked; 6 KeyID bits, 1 of them for TDX alone",
                "Encryption engine: AES-XTS 128, AES-XTS 256; up to 6 KeyID bits, 63 keys",
                "SEAMRR: 32 MiB at 0x7a000000, enabled, locked",
                "KVM and TDX: TD attributes SEPT_VE_DISABLE; XFAM x87 SSE AVX AVX-512 opmask AVX-512 ZMM_Hi256 AVX-512 Hi16_ZMM PKRU AMX TILECFG AMX TILEDATA; 2 CPUID leaves to configure",
                "KeyIDs in use: 3",
                "KeyID limit hits: 0",
                "Module update: idle",
                "Memory blocks: 64 online, 0 offline, 128 MiB each",
                "Attestation: mpa_registration_tool installed, qgsd running",
            ],
            lines);
        Assert.All(PlatformLines.Of(TestPlatform.Working()), line => Assert.Equal(Provenance.Kernel, line.Text.Provenance));
    }

    [Fact]
    public void Of_RegistersWithoutValues_AreOneLineWhereTheReasonIsTheSame()
    {
        PlatformFacts missing = TestPlatform.Missing();
        Assert.Equal(["MSRs", "KVM and TDX"], PlatformLines.Of(missing).Take(2).Select(line => line.Label));
        PlatformFacts mixed = missing with { SeamrrMask = Reading.Unreadable<ulong>("/dev/cpu/0/msr", "Permission denied.", "Run as root.") };
        Assert.Equal(["KeyIDs", "Memory encryption", "Encryption engine", "SEAMRR"], PlatformLines.Of(mixed).Take(4).Select(line => line.Label));
        Assert.Equal("Permission denied.", PlatformLines.SeamrrOf(mixed).Reason);
        PlatformFacts halfKnown = mixed with { SeamrrMask = TestPlatform.Working().SeamrrMask };
        Assert.Equal(ReadingState.NotOffered, PlatformLines.SeamrrOf(halfKnown).State);
    }

    [Fact]
    public void Of_AnOlderKernelsModuleAndAFailedUpdate_TellsBoth()
    {
        PlatformFacts facts = TestPlatform.Working() with
        {
            SysfsModule = Reading.Known(new SysfsModule("initialized", 0, 0x8086, 1, 0, 342, new DateOnly(2022, 4, 20)), Provenance.Kernel, "/sys/firmware/tdx/tdx_module"),
            ModuleUpdate = Reading.Known(new ModuleUpdateNode("idle", "programming:firmware-invalid"), Provenance.Kernel, "/sys/class/firmware/tdx_module"),
            AttestationServices = Reading.Known<IReadOnlyList<string>>([], Provenance.Kernel, "/usr/lib/systemd/system"),
        };
        string[] lines = [.. PlatformLines.Of(facts).Select(line => $"{line.Label}: {line.Text.Value}")];
        Assert.Contains("Module in sysfs: 1.0, build 342 of 2022-04-20, initialized", lines);
        Assert.Contains("Module update: idle; the last update failed: programming:firmware-invalid", lines);
        Assert.Contains("Attestation: no service found", lines);
    }
}
