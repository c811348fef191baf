using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class SnapshotRulesTests
{
    private const ulong GiB = ByteSize.GiB;
    private static readonly Snapshot Full = TestSnapshots.WorkingHost();

    [Fact]
    public void Of_AnySnapshot_ListsEachReadingOnce()
    {
        int members = new[] { typeof(HostFacts), typeof(MemoryFacts), typeof(ModuleFacts), typeof(KernelTdxFacts), typeof(LayoutFacts), typeof(PlatformFacts) }
            .Sum(facts => facts.GetProperties().Count(member => typeof(IReading).IsAssignableFrom(member.PropertyType)));
        IReadOnlyList<SnapshotReading> readings = SnapshotReadings.Of(Full);
        Assert.Equal(members, readings.Count);
        Assert.Equal(members, readings.Select(reading => reading.Member).Distinct().Count());
        Assert.Equal(members, readings.Select(reading => reading.Reading).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void Parse_OfALongSourceReasonOrRemedy_NamesTheMember()
    {
        string most = new('x', 4_096), more = most + "x";
        Snapshot With(Reading<long> capacity) => Full with { Kernel = Full.Kernel with { KeyIdCapacity = capacity } };
        Assert.Null(Refusal(With(Reading.Unreadable<long>(most, most, most))));
        Assert.Contains("the source of kernel.keyIdCapacity has 4097", Refusal(With(Reading.Known(1L, Provenance.Kernel, more))), StringComparison.Ordinal);
        Assert.Contains("the reason of kernel.keyIdCapacity has 4097", Refusal(With(Reading.NotOffered<long>("s", more))), StringComparison.Ordinal);
        Assert.Contains("the remedy of kernel.keyIdCapacity has 4097", Refusal(With(Reading.Unreadable<long>("s", "r", more))), StringComparison.Ordinal);
        Assert.Contains("the source of layout.layout", Refusal(Full with { Layout = Full.Layout with { Layout = Reading.NotOffered<TdmrLayout>(more, "r") } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfALongTextInsideAValue_NamesTheMember()
    {
        string phrase = new('x', 4_097), value = new('x', 8_193);
        Snapshot Cpu(Func<CpuFacts, CpuFacts> change) => Full with { Host = Full.Host with { Cpu = Full.Host.Cpu.Map(change) } };
        Assert.Contains("host.cpu.vendor", Refusal(Cpu(cpu => cpu with { Vendor = value })), StringComparison.Ordinal);
        Assert.Contains("host.cpu.modelName", Refusal(Cpu(cpu => cpu with { ModelName = value })), StringComparison.Ordinal);
        Assert.Contains("host.cpu.microcode", Refusal(Cpu(cpu => cpu with { Microcode = value })), StringComparison.Ordinal);
        Assert.Contains("host.cpu.tdxFlags", Refusal(Cpu(cpu => cpu with { TdxFlags = [value] })), StringComparison.Ordinal);
        Assert.Contains("host.cpu.tdxBugs has 65", Refusal(Cpu(cpu => cpu with { TdxBugs = [.. Enumerable.Repeat("b", 65)] })), StringComparison.Ordinal);
        Assert.Contains("memory.nodes.cpus", Refusal(Memory(memory => memory with { Nodes = memory.Nodes.Map<IReadOnlyList<NumaNode>>(_ => [new NumaNode(0, value)]) })), StringComparison.Ordinal);
        Assert.Contains("memory.firmwareMap.type", Refusal(Firmware(new FirmwareRange(new AddressRange(0, 1), phrase))), StringComparison.Ordinal);
        Assert.Contains("layout.layout.log", Refusal(Layout(layout => layout with { Log = [phrase] })), StringComparison.Ordinal);
        Assert.Contains("layout.layout.log has 67 lines", Refusal(Layout(layout => layout with { Log = [.. Enumerable.Repeat("w", 67)] })), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ASnapshotOfSchema1_ListsNoPlatform() =>
        Assert.DoesNotContain(SnapshotReadings.Of(Full.OfSchema1()), reading => reading.Member.StartsWith("platform.", StringComparison.Ordinal));

    [Fact]
    public void Parse_OfLongPlatformFacts_NamesTheMember()
    {
        Snapshot With(Func<PlatformFacts, PlatformFacts> change) => Full with { Platform = change(Full.Platform!) };
        string phrase = new('x', 4_097);
        CpuidEntry[] entries = [.. Enumerable.Range(0, 1_025).Select(i => new CpuidEntry((uint)i, 0, 0, 0, 0, 0, 0))];
        Assert.Null(Refusal(With(platform => platform with { KvmTdx = platform.KvmTdx.Map(kvm => kvm with { Cpuid = entries[1..] }) })));
        Assert.Contains("platform.kvmTdx.cpuid has 1025 entries", Refusal(With(platform => platform with { KvmTdx = platform.KvmTdx.Map(kvm => kvm with { Cpuid = entries }) })), StringComparison.Ordinal);
        Assert.Contains("platform.moduleUpdate.status", Refusal(With(platform => platform with { ModuleUpdate = platform.ModuleUpdate.Map(node => node with { Status = phrase }) })), StringComparison.Ordinal);
        Assert.Contains("platform.moduleUpdate.error", Refusal(With(platform => platform with { ModuleUpdate = platform.ModuleUpdate.Map(node => node with { Error = phrase }) })), StringComparison.Ordinal);
        SysfsModule sysfs = new("initialized", 0, 0x8086, 1, 0, 342, new DateOnly(2022, 4, 20));
        Assert.Null(Refusal(With(platform => platform with { SysfsModule = Reading.Known(sysfs, Provenance.Kernel, "s") })));
        Assert.Contains("platform.sysfsModule.status", Refusal(With(platform => platform with { SysfsModule = Reading.Known(sysfs with { Status = phrase }, Provenance.Kernel, "s") })), StringComparison.Ordinal);
        Assert.Contains("version 1.65536", Refusal(With(platform => platform with { SysfsModule = Reading.Known(sysfs with { MinorVersion = 65_536 }, Provenance.Kernel, "s") })), StringComparison.Ordinal);
        Assert.Contains("platform.keyIdLimitHits is -1", Refusal(With(platform => platform with { KeyIdLimitHits = Reading.Known(-1L, Provenance.Kernel, "s") })), StringComparison.Ordinal);
        Assert.Contains("the source of platform.tmeActivate", Refusal(With(platform => platform with { TmeActivate = Reading.NotOffered<ulong>(phrase, "r") })), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAFirmwareMap_TakesOverlapsButNoWrapAndNoDisorder()
    {
        var all = new FirmwareRange(new AddressRange(0, PhysAddr.MaxValue), "System RAM");
        Assert.Null(Refusal(Firmware(all, all)));
        Assert.Contains("entry 2 is the first one too many", Refusal(Firmware(all, all, all)), StringComparison.Ordinal);
        Assert.Contains("begins below entry 0", Refusal(Firmware(new FirmwareRange(new AddressRange(1, 2), "a"), new FirmwareRange(new AddressRange(0, 1), "b"))), StringComparison.Ordinal);
        FirmwareRange[] many = [.. Enumerable.Range(0, MemoryMap.MaxBlocks + 1).Select(i => new FirmwareRange(new AddressRange((ulong)i, (ulong)i + 1), "r"))];
        Assert.Contains("65537 entries", Refusal(Firmware(many)), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfMoreTdmrsThanTheLimit_IsRefused()
    {
        Assert.Null(Refusal(WithTdmrs(64, 64)));
        Assert.Contains("65 TDMRs; at most 64", Refusal(WithTdmrs(65, 64)), StringComparison.Ordinal);
        Assert.Null(Refusal(WithTdmrs(1, 0)));
        Assert.Null(Refusal(WithTdmrs(4_096, ushort.MaxValue)));
        Assert.Contains("4097 TDMRs; at most 4096", Refusal(WithTdmrs(4_097, ushort.MaxValue)), StringComparison.Ordinal);
        Snapshot unknown = WithTdmrs(65, 64);
        Assert.Null(Refusal(unknown with { Layout = unknown.Layout with { Limits = Reading.NotOffered<TdmrLimits>("s", "r") } }));
    }

    [Fact]
    public void Parse_OfManyReservedAreas_IsBoundedPerTdmrAndInAll()
    {
        Assert.Null(Refusal(WithReserved(65_538)));
        Assert.Contains("65539 reserved areas; at most 65538", Refusal(WithReserved(65_539)), StringComparison.Ordinal);
        Assert.Null(Refusal(WithReserved(65_536, 65_536)));
        Assert.Contains("131073 reserved areas in all", Refusal(WithReserved(65_537, 65_536)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parse_OfTheFailedLayoutOfTheLargestMap_IsAccepted(bool apart)
    {
        ulong step = apart ? GiB : 8 * ByteSize.MiB;
        MemoryBlock[] blocks = [.. Enumerable.Range(0, MemoryMap.MaxBlocks).Select(i => new MemoryBlock(
            new AddressRange(((ulong)i * step) + ByteSize.MiB, ((ulong)i * step) + (i == 0 ? step - 4_096 : 2 * ByteSize.MiB)), 0))];
        if (!apart)
        {
            blocks[^1] = new MemoryBlock(new AddressRange(blocks[^1].Range.Start.Value, 1UL << 51), 0);
        }

        var map = MemoryMap.Create(blocks);
        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);
        Assert.Equal(LayoutError.ENOSPC, layout.Error);
        Snapshot snapshot = Memory(memory => memory with { Map = memory.Map.Map<IReadOnlyList<MemoryBlock>>(_ => blocks) });
        Assert.Null(Refusal(snapshot with { Layout = new LayoutFacts { Limits = Full.Layout.Limits.Map(_ => TdmrLimits.Usual), Layout = Full.Layout.Layout.Map(_ => layout) } }));
    }

    [Fact]
    public void Parse_OfPamtsThatExceedTheAddressSpaceTogether_IsRefused()
    {
        var half = new Pamt(0, new PhysAddr(0), new ByteSize(1UL << 51), default, new ByteSize(1));
        Assert.Contains("TDMRs 0 to 1 have 0x10000000000002 bytes", Refusal(Layout(layout => layout with { Tdmrs = [.. layout.Tdmrs.Select(tdmr => tdmr with { Pamt = half })] })), StringComparison.Ordinal);
        Assert.Contains("NUMA node -1", Refusal(Layout(layout => layout with { Tdmrs = [.. layout.Tdmrs.Select(tdmr => tdmr with { Pamt = half with { Node = -1 } })] })), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfOverlappingReservedAreas_IsRefusedUnlessHolesLieBetweenCmrs()
    {
        static Tdmr WithOverlap(Tdmr tdmr) => tdmr with { Reserved = [new ReservedArea(tdmr.Range, ReservedCause.Hole), new ReservedArea(tdmr.Range, ReservedCause.Pamt, 0)] };
        Snapshot overlapping = Layout(layout => layout with { Tdmrs = [.. layout.Tdmrs.Select(WithOverlap)] });
        Assert.Contains("overlaps or precedes", Refusal(overlapping), StringComparison.Ordinal);
        Assert.Null(Refusal(overlapping with { Layout = overlapping.Layout with { Layout = overlapping.Layout.Layout.Map(layout => layout with { Holes = HoleSource.Cmrs }) } }));
    }

    private static Snapshot WithTdmrs(int count, ushort limit)
    {
        Tdmr[] tdmrs = [.. Enumerable.Range(0, count).Select(i => new Tdmr(new AddressRange((ulong)i * GiB, (ulong)(i + 1) * GiB), null, []))];
        Snapshot snapshot = Layout(layout => layout with { Error = LayoutError.ENOSPC, Tdmrs = tdmrs, TdmrsNeeded = count });
        return snapshot with { Layout = snapshot.Layout with { Limits = snapshot.Layout.Limits.Map(limits => limits with { MaxTdmrs = limit }) } };
    }

    private static Snapshot WithReserved(params int[] counts)
    {
        static Tdmr Of(int index, int count) => new(new AddressRange((ulong)index * GiB, (ulong)(index + 1) * GiB), null,
            [.. Enumerable.Range(0, count).Select(i => new ReservedArea(new AddressRange(((ulong)index * GiB) + ((ulong)i << 12), ((ulong)index * GiB) + ((ulong)(i + 1) << 12)), ReservedCause.Hole))]);
        return Layout(layout => layout with { Error = LayoutError.ENOSPC, Tdmrs = [.. counts.Select((count, i) => Of(i, count))] });
    }

    private static Snapshot Memory(Func<MemoryFacts, MemoryFacts> change) => Full with { Memory = change(Full.Memory) };

    private static Snapshot Firmware(params FirmwareRange[] ranges) =>
        Memory(memory => memory with { FirmwareMap = Reading.Known<IReadOnlyList<FirmwareRange>>(ranges, Provenance.Kernel, "/sys/firmware/memmap") });

    private static Snapshot Layout(Func<TdmrLayout, TdmrLayout> change) => Full with { Layout = Full.Layout with { Layout = Full.Layout.Layout.Map(layout => change(layout with { FailedTdmr = null })) } };

    private static string? Refusal(Snapshot snapshot) => SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Error;
}
