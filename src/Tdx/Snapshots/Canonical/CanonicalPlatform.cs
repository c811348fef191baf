using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using static TdxDash.Tdx.Snapshots.Canonical.CanonicalSnapshot;

namespace TdxDash.Tdx.Snapshots.Canonical;

/// <summary>Reads the parts of snapshots in canonical form that came with schema 2.</summary>
internal static class CanonicalPlatform
{
    /// <summary>Reads the platform.</summary>
    public static PlatformFacts Read(ref CanonicalReader reader)
    {
        var platform = new PlatformFacts
        {
            KeyIdPartitioning = Register(ref reader, "{\"keyIdPartitioning\":"u8),
            TmeCapability = Register(ref reader, ",\"tmeCapability\":"u8),
            TmeActivate = Register(ref reader, ",\"tmeActivate\":"u8),
            SeamrrBase = Register(ref reader, ",\"seamrrBase\":"u8),
            SeamrrMask = Register(ref reader, ",\"seamrrMask\":"u8),
            KvmTdx = Member(ref reader, ",\"kvmTdx\":"u8, Kvm),
            ModuleUpdate = Member(ref reader, ",\"moduleUpdate\":"u8, ModuleUpdate),
            KeyIdsInUse = Long(ref reader, ",\"keyIdsInUse\":"u8),
            KeyIdLimitHits = Long(ref reader, ",\"keyIdLimitHits\":"u8),
            SysfsModule = Member(ref reader, ",\"sysfsModule\":"u8, Sysfs),
            MemoryBlocks = Member(ref reader, ",\"memoryBlocks\":"u8, Blocks),
            AttestationServices = Member(ref reader, ",\"attestationServices\":"u8, static (ref CanonicalReader r) => r.Texts()),
        };
        reader.Expect("}"u8);
        return platform;
    }

    /// <summary>Reads what a report says.</summary>
    public static ReportFacts ReadReport(ref CanonicalReader reader)
    {
        var report = new ReportFacts
        {
            CpuName = Text(ref reader, "{\"cpuName\":"u8),
            CpuSignature = Member(ref reader, ",\"cpuSignature\":"u8, Signature),
            LogicalCpus = Member(ref reader, ",\"logicalCpus\":"u8, static (ref CanonicalReader r) => r.Int()),
            Hypervisor = Text(ref reader, ",\"hypervisor\":"u8),
            CpuInfoHasTdx = Flag(ref reader, ",\"cpuInfoHasTdx\":"u8),
            MemoryEncryption = Flag(ref reader, ",\"memoryEncryption\":"u8),
            SeamrrEnabled = Flag(ref reader, ",\"seamrrEnabled\":"u8),
            PrivateKeyIds = Long(ref reader, ",\"privateKeyIds\":"u8),
            McheckStatus = Register(ref reader, ",\"mcheckStatus\":"u8),
            IsProduction = Flag(ref reader, ",\"isProduction\":"u8),
            Registration = Text(ref reader, ",\"registration\":"u8),
            Packages = Member(ref reader, ",\"packages\":"u8, static (ref CanonicalReader r) => r.Texts()),
        };
        reader.Expect("}"u8);
        return report;
    }

    private static Reading<ulong> Register(ref CanonicalReader reader, ReadOnlySpan<byte> name) => Member(ref reader, name, static (ref CanonicalReader r) => r.Hex());

    private static Reading<bool> Flag(ref CanonicalReader reader, ReadOnlySpan<byte> name) => Member(ref reader, name, static (ref CanonicalReader r) => r.Bool());

    private static uint ShortHex(ref CanonicalReader reader, ReadOnlySpan<byte> name) => (uint)Hex(ref reader, name, uint.MaxValue);

    private static KvmTdxCapabilities Kvm(ref CanonicalReader reader)
    {
        ulong attributes = Hex(ref reader, "{\"supportedAttributes\":"u8), xfam = Hex(ref reader, ",\"supportedXfam\":"u8);
        ulong kernelR11 = Hex(ref reader, ",\"kernelTdvmcallInfo1R11\":"u8), userR11 = Hex(ref reader, ",\"userTdvmcallInfo1R11\":"u8);
        ulong kernelR12 = Hex(ref reader, ",\"kernelTdvmcallInfo1R12\":"u8), userR12 = Hex(ref reader, ",\"userTdvmcallInfo1R12\":"u8);
        reader.Expect(",\"cpuid\":"u8);
        var kvm = new KvmTdxCapabilities
        {
            SupportedAttributes = attributes,
            SupportedXfam = xfam,
            KernelTdvmcallInfo1R11 = kernelR11,
            UserTdvmcallInfo1R11 = userR11,
            KernelTdvmcallInfo1R12 = kernelR12,
            UserTdvmcallInfo1R12 = userR12,
            Cpuid = reader.List(Cpuid),
        };
        reader.Expect("}"u8);
        return kvm;
    }

    private static CpuidEntry Cpuid(ref CanonicalReader reader)
    {
        var entry = new CpuidEntry(
            ShortHex(ref reader, "{\"function\":"u8),
            ShortHex(ref reader, ",\"index\":"u8),
            ShortHex(ref reader, ",\"flags\":"u8),
            ShortHex(ref reader, ",\"eax\":"u8),
            ShortHex(ref reader, ",\"ebx\":"u8),
            ShortHex(ref reader, ",\"ecx\":"u8),
            ShortHex(ref reader, ",\"edx\":"u8));
        reader.Expect("}"u8);
        return entry;
    }

    private static ModuleUpdateNode ModuleUpdate(ref CanonicalReader reader)
    {
        var node = new ModuleUpdateNode(PlainText(ref reader, "{\"status\":"u8), PlainText(ref reader, ",\"error\":"u8));
        reader.Expect("}"u8);
        return node;
    }

    private static SysfsModule Sysfs(ref CanonicalReader reader)
    {
        string status = PlainText(ref reader, "{\"status\":"u8);
        uint attributes = ShortHex(ref reader, ",\"attributes\":"u8), vendor = ShortHex(ref reader, ",\"vendorId\":"u8);
        int major = Int(ref reader, ",\"majorVersion\":"u8), minor = Int(ref reader, ",\"minorVersion\":"u8), build = Int(ref reader, ",\"buildNumber\":"u8);
        reader.Expect(",\"buildDate\":"u8);
        DateOnly date = reader.Date();
        reader.Expect("}"u8);
        return new SysfsModule(status, attributes, vendor, major, minor, build, date);
    }

    private static MemoryBlocks Blocks(ref CanonicalReader reader)
    {
        var size = new ByteSize(Hex(ref reader, "{\"blockSize\":"u8));
        int online = Int(ref reader, ",\"online\":"u8), offline = Int(ref reader, ",\"offline\":"u8);
        reader.Expect("}"u8);
        return new MemoryBlocks(size, online, offline);
    }

    private static CpuSignature Signature(ref CanonicalReader reader)
    {
        int family = Int(ref reader, "{\"family\":"u8), model = Int(ref reader, ",\"model\":"u8), stepping = Int(ref reader, ",\"stepping\":"u8);
        reader.Expect("}"u8);
        return new CpuSignature(family, model, stepping);
    }
}
