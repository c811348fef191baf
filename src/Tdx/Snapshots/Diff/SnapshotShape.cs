using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What a snapshot is made of, member by member, in the order of its canonical form.</summary>
internal static class SnapshotShape
{
    private static readonly Shape<CpuFacts> Cpu = new RecordShape<CpuFacts>(
        cpu => cpu.ModelName,
        new Member<CpuFacts, string>("vendor", cpu => cpu.Vendor, (cpu, value) => cpu with { Vendor = value }, Scalars.Text),
        new Member<CpuFacts, string>("modelName", cpu => cpu.ModelName, (cpu, value) => cpu with { ModelName = value }, Scalars.Text),
        new Member<CpuFacts, int>("family", cpu => cpu.Family, (cpu, value) => cpu with { Family = value }, Scalars.Label),
        new Member<CpuFacts, int>("model", cpu => cpu.Model, (cpu, value) => cpu with { Model = value }, Scalars.Label),
        new Member<CpuFacts, int>("stepping", cpu => cpu.Stepping, (cpu, value) => cpu with { Stepping = value }, Scalars.Label),
        new Member<CpuFacts, string>("microcode", cpu => cpu.Microcode, (cpu, value) => cpu with { Microcode = value }, Scalars.Text),
        new Member<CpuFacts, int>("logicalCpus", cpu => cpu.LogicalCpus, (cpu, value) => cpu with { LogicalCpus = value }, Scalars.Count),
        new Member<CpuFacts, int>("packages", cpu => cpu.Packages, (cpu, value) => cpu with { Packages = value }, Scalars.Count),
        new Member<CpuFacts, int>("physicalAddressBits", cpu => cpu.PhysicalAddressBits, (cpu, value) => cpu with { PhysicalAddressBits = value }, Scalars.Bits),
        new Member<CpuFacts, IReadOnlyList<string>>("tdxFlags", cpu => cpu.TdxFlags, (cpu, value) => cpu with { TdxFlags = value }, Lists.Flags),
        new Member<CpuFacts, IReadOnlyList<string>>("tdxBugs", cpu => cpu.TdxBugs, (cpu, value) => cpu with { TdxBugs = value }, Lists.Flags));

    private static readonly Shape<HostFacts> Host = new RecordShape<HostFacts>(
        _ => "host",
        Read<HostFacts, string>("name", host => host.Name, (host, value) => host with { Name = value }, Scalars.Text),
        Read<HostFacts, string>("operatingSystem", host => host.OperatingSystem, (host, value) => host with { OperatingSystem = value }, Scalars.Text),
        Read<HostFacts, string>("kernelRelease", host => host.KernelRelease, (host, value) => host with { KernelRelease = value }, Scalars.Text),
        Read<HostFacts, string>("kernelCommandLine", host => host.KernelCommandLine, (host, value) => host with { KernelCommandLine = value }, Scalars.Text),
        Read<HostFacts, CpuFacts>("cpu", host => host.Cpu, (host, value) => host with { Cpu = value }, Cpu),
        Read<HostFacts, string>("product", host => host.Product, (host, value) => host with { Product = value }, Scalars.Text),
        Read<HostFacts, string>("firmware", host => host.Firmware, (host, value) => host with { Firmware = value }, Scalars.Text));

    private static readonly Shape<MemoryBlock> Block = new RecordShape<MemoryBlock>(
        block => string.Create(CultureInfo.InvariantCulture, $"{block.Range} on node {block.Node}"),
        new Member<MemoryBlock, AddressRange>("", block => block.Range, (block, value) => block with { Range = value }, Scalars.Range),
        new Member<MemoryBlock, int>("node", block => block.Node, (block, value) => block with { Node = value }, Scalars.Node));

    private static readonly Shape<NumaNode> Node = new RecordShape<NumaNode>(
        node => node.Cpus.Length == 0 ? "without CPUs" : $"CPUs {node.Cpus}",
        new Member<NumaNode, string>("cpus", node => node.Cpus, (node, value) => node with { Cpus = value }, Scalars.Text));

    private static readonly Shape<FirmwareRange> Firmware = new RecordShape<FirmwareRange>(
        entry => $"{entry.Range} {entry.Type}",
        new Member<FirmwareRange, AddressRange>("", entry => entry.Range, (entry, value) => entry with { Range = value }, Scalars.Range),
        new Member<FirmwareRange, string>("type", entry => entry.Type, (entry, value) => entry with { Type = value }, Scalars.Text));

    private static readonly Shape<MemoryFacts> Memory = new RecordShape<MemoryFacts>(
        _ => "memory",
        Read<MemoryFacts, IReadOnlyList<MemoryBlock>>("map", memory => memory.Map, (memory, value) => memory with { Map = value }, Lists.Regions("blocks", block => block.Range, Block)),
        Read<MemoryFacts, IReadOnlyList<NumaNode>>("nodes", memory => memory.Nodes, (memory, value) => memory with { Nodes = value },
            new ListShape<NumaNode>("nodes", (before, after) => Matches.ByKey(before, after, node => node.Id), Node, (node, _) => node.Id.ToString(CultureInfo.InvariantCulture))),
        Read<MemoryFacts, IReadOnlyList<FirmwareRange>>("firmwareMap", memory => memory.FirmwareMap, (memory, value) => memory with { FirmwareMap = value },
            Lists.Regions("ranges", entry => entry.Range, Firmware)));

    private static readonly Shape<ModuleFacts> Module = new RecordShape<ModuleFacts>(
        _ => "module",
        Read<ModuleFacts, string>("transport", module => module.Transport, (module, value) => module with { Transport = value }, Scalars.Text),
        Read<ModuleFacts, IReadOnlyList<MetadataValue>>("metadata", module => module.Metadata, (module, value) => module with { Metadata = value }, new MetadataShape()),
        new Member<ModuleFacts, bool>("takenAcrossUpdate", module => module.TakenAcrossUpdate, (module, value) => module with { TakenAcrossUpdate = value }, Scalars.Truth));

    private static readonly Shape<KernelTdxFacts> Kernel = new RecordShape<KernelTdxFacts>(
        _ => "kernel",
        Read<KernelTdxFacts, bool>("kvmIntelTdx", kernel => kernel.KvmIntelTdx, (kernel, value) => kernel with { KvmIntelTdx = value }, Scalars.Truth),
        Read<KernelTdxFacts, string>("moduleVersion", kernel => kernel.ModuleVersion, (kernel, value) => kernel with { ModuleVersion = value }, Scalars.Text),
        Read<KernelTdxFacts, string>("seamldrVersion", kernel => kernel.SeamldrVersion, (kernel, value) => kernel with { SeamldrVersion = value }, Scalars.Text),
        Read<KernelTdxFacts, int>("remainingUpdates", kernel => kernel.RemainingUpdates, (kernel, value) => kernel with { RemainingUpdates = value }, Scalars.Count),
        Read<KernelTdxFacts, long>("keyIdCapacity", kernel => kernel.KeyIdCapacity, (kernel, value) => kernel with { KeyIdCapacity = value }, Scalars.LongCount),
        Read<KernelTdxFacts, IReadOnlyList<string>>("logLines", kernel => kernel.LogLines, (kernel, value) => kernel with { LogLines = value }, Lists.Lines));

    private static readonly Shape<LayoutFacts> Layout = new RecordShape<LayoutFacts>(
        _ => "layout",
        Read<LayoutFacts, TdmrLimits>("limits", layout => layout.Limits, (layout, value) => layout with { Limits = value }, LayoutShape.Limits),
        // The layout's own members stand directly under "layout", where the canonical form has "layout.layout".
        Read<LayoutFacts, TdmrLayout>("", layout => layout.Layout, (layout, value) => layout with { Layout = value }, LayoutShape.Whole));

    /// <summary>The whole snapshot.</summary>
    public static Shape<Snapshot> Whole { get; } = new RecordShape<Snapshot>(
        snapshot => snapshot.Host.Name.Or("unnamed")!,
        new Member<Snapshot, int>("schema", snapshot => snapshot.Schema, (snapshot, value) => snapshot with { Schema = value }, Scalars.Label),
        new Member<Snapshot, Origin>("origin", snapshot => snapshot.Origin, (snapshot, value) => snapshot with { Origin = value }, Scalars.Word<Origin>()),
        new Member<Snapshot, HostFacts>("host", snapshot => snapshot.Host, (snapshot, value) => snapshot with { Host = value }, Host),
        new Member<Snapshot, MemoryFacts>("memory", snapshot => snapshot.Memory, (snapshot, value) => snapshot with { Memory = value }, Memory),
        new Member<Snapshot, ModuleFacts>("module", snapshot => snapshot.Module, (snapshot, value) => snapshot with { Module = value }, Module),
        new Member<Snapshot, KernelTdxFacts>("kernel", snapshot => snapshot.Kernel, (snapshot, value) => snapshot with { Kernel = value }, Kernel),
        new Member<Snapshot, LayoutFacts>("layout", snapshot => snapshot.Layout, (snapshot, value) => snapshot with { Layout = value }, Layout),
        new Member<Snapshot, PlatformFacts?>("platform", snapshot => snapshot.Platform, (snapshot, value) => snapshot with { Platform = value }, PlatformShape.Whole),
        new Member<Snapshot, ReportFacts?>("report", snapshot => snapshot.Report, (snapshot, value) => snapshot with { Report = value }, ReportShape.Whole));

    private static Member<T, Reading<TValue>> Read<T, TValue>(string name, Func<T, Reading<TValue>> get, Func<T, Reading<TValue>, T> with, Shape<TValue> shape) =>
        new(name, get, with, new ReadingShape<TValue>(shape));
}
