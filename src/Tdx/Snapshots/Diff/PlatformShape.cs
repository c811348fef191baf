using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What platform facts are made of.</summary>
internal static class PlatformShape
{
    private static readonly Shape<uint> Register = new ScalarShape<uint>(value => Hex.Plain(value));

    private static readonly Shape<ulong> Bits = new ScalarShape<ulong>(Hex.Plain);

    private static readonly Shape<CpuidEntry> Cpuid = new RecordShape<CpuidEntry>(
        entry => string.Create(CultureInfo.InvariantCulture, $"eax 0x{entry.Eax:x} ebx 0x{entry.Ebx:x} ecx 0x{entry.Ecx:x} edx 0x{entry.Edx:x}"),
        new Member<CpuidEntry, uint>("function", entry => entry.Function, (entry, value) => entry with { Function = value }, Register),
        new Member<CpuidEntry, uint>("index", entry => entry.Index, (entry, value) => entry with { Index = value }, Register),
        new Member<CpuidEntry, uint>("flags", entry => entry.Flags, (entry, value) => entry with { Flags = value }, Register),
        new Member<CpuidEntry, uint>("eax", entry => entry.Eax, (entry, value) => entry with { Eax = value }, Register),
        new Member<CpuidEntry, uint>("ebx", entry => entry.Ebx, (entry, value) => entry with { Ebx = value }, Register),
        new Member<CpuidEntry, uint>("ecx", entry => entry.Ecx, (entry, value) => entry with { Ecx = value }, Register),
        new Member<CpuidEntry, uint>("edx", entry => entry.Edx, (entry, value) => entry with { Edx = value }, Register));

    private static readonly Shape<KvmTdxCapabilities> Kvm = new RecordShape<KvmTdxCapabilities>(
        kvm => string.Create(CultureInfo.InvariantCulture, $"attributes {Hex.Plain(kvm.SupportedAttributes)}, XFAM {Hex.Plain(kvm.SupportedXfam)}, {kvm.Cpuid.Count} CPUID leaves"),
        new Member<KvmTdxCapabilities, ulong>("supportedAttributes", kvm => kvm.SupportedAttributes, (kvm, value) => kvm with { SupportedAttributes = value }, Bits),
        new Member<KvmTdxCapabilities, ulong>("supportedXfam", kvm => kvm.SupportedXfam, (kvm, value) => kvm with { SupportedXfam = value }, Bits),
        new Member<KvmTdxCapabilities, ulong>("kernelTdvmcallInfo1R11", kvm => kvm.KernelTdvmcallInfo1R11, (kvm, value) => kvm with { KernelTdvmcallInfo1R11 = value }, Bits),
        new Member<KvmTdxCapabilities, ulong>("userTdvmcallInfo1R11", kvm => kvm.UserTdvmcallInfo1R11, (kvm, value) => kvm with { UserTdvmcallInfo1R11 = value }, Bits),
        new Member<KvmTdxCapabilities, ulong>("kernelTdvmcallInfo1R12", kvm => kvm.KernelTdvmcallInfo1R12, (kvm, value) => kvm with { KernelTdvmcallInfo1R12 = value }, Bits),
        new Member<KvmTdxCapabilities, ulong>("userTdvmcallInfo1R12", kvm => kvm.UserTdvmcallInfo1R12, (kvm, value) => kvm with { UserTdvmcallInfo1R12 = value }, Bits),
        new Member<KvmTdxCapabilities, IReadOnlyList<CpuidEntry>>("cpuid", kvm => kvm.Cpuid, (kvm, value) => kvm with { Cpuid = value },
            new ListShape<CpuidEntry>("leaves", (before, after) => Matches.ByKey(before, after, entry => (entry.Function, entry.Index)), Cpuid, (entry, _) => entry.Leaf)));

    private static readonly Shape<ModuleUpdateNode> Update = new RecordShape<ModuleUpdateNode>(
        node => node.Error.Length == 0 ? node.Status : $"{node.Status}, last error {node.Error}",
        new Member<ModuleUpdateNode, string>("status", node => node.Status, (node, value) => node with { Status = value }, Scalars.Text),
        new Member<ModuleUpdateNode, string>("error", node => node.Error, (node, value) => node with { Error = value }, Scalars.Text));

    private static readonly Shape<SysfsModule> Sysfs = new RecordShape<SysfsModule>(
        module => string.Create(CultureInfo.InvariantCulture, $"{module.MajorVersion}.{module.MinorVersion}, build {module.BuildNumber}, {module.Status}"),
        new Member<SysfsModule, string>("status", module => module.Status, (module, value) => module with { Status = value }, Scalars.Text),
        new Member<SysfsModule, uint>("attributes", module => module.Attributes, (module, value) => module with { Attributes = value }, Register),
        new Member<SysfsModule, uint>("vendorId", module => module.VendorId, (module, value) => module with { VendorId = value }, Register),
        new Member<SysfsModule, int>("majorVersion", module => module.MajorVersion, (module, value) => module with { MajorVersion = value }, Scalars.Label),
        new Member<SysfsModule, int>("minorVersion", module => module.MinorVersion, (module, value) => module with { MinorVersion = value }, Scalars.Label),
        new Member<SysfsModule, int>("buildNumber", module => module.BuildNumber, (module, value) => module with { BuildNumber = value }, Scalars.Label),
        new Member<SysfsModule, DateOnly>("buildDate", module => module.BuildDate, (module, value) => module with { BuildDate = value },
            new ScalarShape<DateOnly>(date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), (before, after) => new NumberChange(before.DayNumber, after.DayNumber, DiffUnit.Days))));

    private static readonly Shape<MemoryBlocks> Blocks = new RecordShape<MemoryBlocks>(
        blocks => string.Create(CultureInfo.InvariantCulture, $"{blocks.Online} online and {blocks.Offline} offline of {blocks.BlockSize}"),
        new Member<MemoryBlocks, ByteSize>("blockSize", blocks => blocks.BlockSize, (blocks, value) => blocks with { BlockSize = value }, Scalars.Size),
        new Member<MemoryBlocks, int>("online", blocks => blocks.Online, (blocks, value) => blocks with { Online = value }, Scalars.Count),
        new Member<MemoryBlocks, int>("offline", blocks => blocks.Offline, (blocks, value) => blocks with { Offline = value }, Scalars.Count));

    private static readonly Shape<PlatformFacts> Facts = new RecordShape<PlatformFacts>(
        _ => "platform facts",
        Read("keyIdPartitioning", facts => facts.KeyIdPartitioning, (facts, value) => facts with { KeyIdPartitioning = value }, Msr(value => KeyIdPartitioning.Decode(value).ToString())),
        Read("tmeCapability", facts => facts.TmeCapability, (facts, value) => facts with { TmeCapability = value }, Msr(value => TmeCapability.Decode(value).ToString())),
        Read("tmeActivate", facts => facts.TmeActivate, (facts, value) => facts with { TmeActivate = value }, Msr(value => TmeActivate.Decode(value).ToString())),
        Read("seamrrBase", facts => facts.SeamrrBase, (facts, value) => facts with { SeamrrBase = value }, Bits),
        Read("seamrrMask", facts => facts.SeamrrMask, (facts, value) => facts with { SeamrrMask = value }, Bits),
        Read("kvmTdx", facts => facts.KvmTdx, (facts, value) => facts with { KvmTdx = value }, Kvm),
        Read("moduleUpdate", facts => facts.ModuleUpdate, (facts, value) => facts with { ModuleUpdate = value }, Update),
        Read("keyIdsInUse", facts => facts.KeyIdsInUse, (facts, value) => facts with { KeyIdsInUse = value }, Scalars.LongCount),
        Read("keyIdLimitHits", facts => facts.KeyIdLimitHits, (facts, value) => facts with { KeyIdLimitHits = value }, Scalars.LongCount),
        Read("sysfsModule", facts => facts.SysfsModule, (facts, value) => facts with { SysfsModule = value }, Sysfs),
        Read("memoryBlocks", facts => facts.MemoryBlocks, (facts, value) => facts with { MemoryBlocks = value }, Blocks),
        Read("attestationServices", facts => facts.AttestationServices, (facts, value) => facts with { AttestationServices = value }, Lists.Flags));

    /// <summary>The platform facts; a snapshot of schema 1 has none.</summary>
    public static Shape<PlatformFacts?> Whole { get; } = new OptionalShape<PlatformFacts>(Facts, (_, _) => null);

    private static ScalarShape<ulong> Msr(Func<ulong, string> decode) => new(value => $"{Hex.Plain(value)} ({decode(value)})");

    private static Member<PlatformFacts, Reading<T>> Read<T>(string name, Func<PlatformFacts, Reading<T>> get, Func<PlatformFacts, Reading<T>, PlatformFacts> with, Shape<T> shape) =>
        new(name, get, with, new ReadingShape<T>(shape));
}
