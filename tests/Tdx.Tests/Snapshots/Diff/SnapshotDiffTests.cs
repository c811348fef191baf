using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots.Diff;

public sealed class SnapshotDiffTests
{
    private const ulong GiB = ByteSize.GiB;
    private static readonly Snapshot Full = TestSnapshots.WorkingHost();

    [Fact]
    public void Between_OfEqualSnapshots_IsEmpty()
    {
        SnapshotDiff diff = SnapshotDiff.Between(Full, TestSnapshots.WorkingHost());
        Assert.True(diff.IsEmpty);
        Assert.Equal(diff.Base, diff.Target);
        Assert.Same(Full, diff.Apply(Full));
    }

    [Fact]
    public void Apply_ToAnotherSnapshot_IsRefusedWithBothHashes()
    {
        SnapshotDiff diff = SnapshotDiff.Between(Full, TestSnapshots.FailingHost());
        ArgumentException refused = Assert.Throws<ArgumentException>(() => diff.Apply(TestSnapshots.VirtualMachine()));
        Assert.Contains(diff.Base.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(SnapshotHash.Of(SnapshotCodec.Write(TestSnapshots.VirtualMachine())).ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Between_OfASnapshotTakenAcrossAnUpdate_SaysSo()
    {
        Snapshot across = Full with { Module = Full.Module with { TakenAcrossUpdate = true } };
        SnapshotDiff diff = SnapshotDiff.Between(Full, across);
        DiffEntry entry = Assert.Single(diff.Entries);
        Assert.Equal(("module.takenAcrossUpdate", "false", "true"), (entry.Path, entry.Before, entry.After));
        Assert.True(diff.Apply(Full).Module.TakenAcrossUpdate);
    }

    [Fact]
    public void Between_OfSchema1AndSchema2_SaysWhatTheNewerOneHas()
    {
        Snapshot old = Full.OfSchema1();
        var forth = SnapshotDiff.Between(old, Full);
        Assert.Equal(["~ schema: 1 -> 2", "+ platform: platform facts"], forth.Entries.Select(DiffText.Line));
        Assert.Equal(SnapshotCodec.Write(Full), SnapshotCodec.Write(forth.Apply(old)));
        Assert.Equal(SnapshotCodec.Write(old), SnapshotCodec.Write(SnapshotDiff.Between(Full, old).Apply(Full)));
    }

    [Fact]
    public void Between_OfPlatformFacts_NamesRegisterLeafAndService()
    {
        Snapshot after = Full with
        {
            Platform = Full.Platform! with
            {
                KeyIdPartitioning = Full.Platform.KeyIdPartitioning.Map(_ => 0x40_0000_003FUL),
                KvmTdx = Full.Platform.KvmTdx.Map(kvm => kvm with { Cpuid = [kvm.Cpuid[0], kvm.Cpuid[1] with { Eax = 0x10 }] }),
                AttestationServices = Full.Platform.AttestationServices.Map<IReadOnlyList<string>>(_ => ["qgsd running"]),
            },
        };
        Assert.Equal(
            [
                "~ platform.keyIdPartitioning: 0x200000001f (31 for TME-MT, 32 for TDX [32, 64), 31 of them for guests) -> 0x400000003f (63 for TME-MT, 64 for TDX [64, 128), 63 of them for guests) [kernel]",
                "~ platform.kvmTdx.cpuid[0x7.1].eax: 0x1c30 -> 0x10 [kernel]",
                "- platform.attestationServices[mpa_registration_tool installed]: mpa_registration_tool installed [kernel]",
            ],
            SnapshotDiff.Between(Full, after).Entries.Select(DiffText.Line));
    }

    [Fact]
    public void Between_OfProvenanceAlone_IsNoChangeOfValue()
    {
        Snapshot emulated = Full with { Layout = Full.Layout with { Limits = Reading.Known(Full.Layout.Limits.Value, Provenance.Emulated, Full.Layout.Limits.Source) } };
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Full, emulated).Entries);
        Assert.Equal(("layout.limits", DiffAspect.Provenance, "read", "emulated"), (entry.Path, entry.Aspect, entry.Before, entry.After));
    }

    [Fact]
    public void Between_OfSourceAlone_IsNoChangeOfValue()
    {
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Full, WithKeys(Reading.Known(31L, Provenance.Kernel, "elsewhere"))).Entries);
        Assert.Equal(("kernel.keyIdCapacity", DiffAspect.Source, "/sys/fs/cgroup/misc.capacity", "elsewhere"), (entry.Path, entry.Aspect, entry.Before, entry.After));
    }

    [Fact]
    public void Between_OfStates_TellsTheStatesAndReasons()
    {
        Snapshot unreadable = WithKeys(Reading.Unreadable<long>("/sys/fs/cgroup/misc.capacity", "Permission denied.", "Run as root."));
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Full, unreadable).Entries);
        Assert.Equal((DiffAspect.State, "known, kernel: 31", "unreadable: Permission denied."), (entry.Aspect, entry.Before, entry.After));

        Snapshot otherwise = WithKeys(Reading.Unreadable<long>("/sys/fs/cgroup/misc.capacity", "I/O error.", "Check the disk."));
        Assert.Equal([DiffAspect.Reason, DiffAspect.Remedy], SnapshotDiff.Between(unreadable, otherwise).Entries.Select(change => change.Aspect));
    }

    [Fact]
    public void Between_OfNumbers_CarriesDeltaAndUnit()
    {
        DiffEntry keys = Assert.Single(SnapshotDiff.Between(Full, WithKeys(Reading.Known(15L, Provenance.Kernel, "/sys/fs/cgroup/misc.capacity"))).Entries);
        Assert.Equal(new NumberChange(31, 15, DiffUnit.Count), keys.Detail);
        Assert.Equal((-16, Provenance.Kernel), (((NumberChange)keys.Detail!).Delta, keys.ProvenanceAfter));

        DiffEntry kib = Assert.Single(SnapshotDiff.Between(Full, Full with { Layout = Full.Layout with { Layout = Full.Layout.Layout.Map(layout => layout with { PamtKiB = ulong.MaxValue }) } }).Entries);
        Assert.Equal(("layout.pamtKiB", new NumberChange(32_840, ulong.MaxValue, DiffUnit.KiB)), (kib.Path, kib.Detail));
    }

    [Fact]
    public void Between_OfFeatures_NamesTheFlippedBits()
    {
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Full, WithField("TDX_FEATURES0", features => (features ^ (1UL << 36)) & ~(1UL << 18) | (1UL << 63))).Entries);
        BitsChange bits = Assert.IsType<BitsChange>(entry.Detail);
        Assert.Equal("module.metadata[TDX_FEATURES0]", entry.Path);
        Assert.Equal([("NO_RBP_MOD", false), ("DYNAMIC_PAMT", true), ("bit 63", true)], bits.Flipped.Select(bit => (bit.Name, bit.IsSet)));
    }

    [Theory]
    [InlineData("MAX_TDMRS", DiffUnit.Count)]
    [InlineData("PAMT_4K_ENTRY_SIZE", DiffUnit.Bytes)]
    [InlineData("MINOR_VERSION", DiffUnit.Number)]
    public void Between_OfMetadataNumbers_HasTheFieldsUnit(string field, DiffUnit unit)
    {
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Full, WithField(field, value => value + 2)).Entries);
        Assert.Equal(($"module.metadata[{field}]", unit, 2), (entry.Path, ((NumberChange)entry.Detail!).Unit, (int)((NumberChange)entry.Detail).Delta));
    }

    [Fact]
    public void Between_OfCmrs_TellsRegions()
    {
        Snapshot grown = WithField("CMR_SIZE", size => size == 0x180000000 ? 0x1C0000000 : size);
        IReadOnlyList<DiffEntry> entries = SnapshotDiff.Between(Full, grown).Entries;
        Assert.Equal(["module.metadata[CMR_SIZE]", "module.cmrs[0x100000000]"], entries.Select(entry => entry.Path));
        Assert.Equal((RegionChangeKind.Grown, (long)GiB), (((RegionChange)entries[1].Detail!).Kind, ((RegionChange)entries[1].Detail!).SizeDelta));
    }

    [Fact]
    public void Between_OfMetadataFields_AddsAndRemovesByName()
    {
        Snapshot fewer = Full with { Module = Full.Module with { Metadata = Full.Module.Metadata.Map(list => (IReadOnlyList<MetadataValue>)[.. list.Skip(1)]) } };
        Assert.Equal((DiffSign.Removed, "module.metadata[VENDOR_ID]"), Signed(Assert.Single(SnapshotDiff.Between(Full, fewer).Entries)));
        Assert.Equal((DiffSign.Added, "module.metadata[VENDOR_ID]"), Signed(Assert.Single(SnapshotDiff.Between(fewer, Full).Entries)));
    }

    [Fact]
    public void Between_OfReorderedMetadata_TellsTheOrder()
    {
        Snapshot reversed = Full with { Module = Full.Module with { Metadata = Full.Module.Metadata.Map(list => (IReadOnlyList<MetadataValue>)[.. list.Reverse()]) } };
        Assert.Equal(DiffAspect.Order, Assert.Single(SnapshotDiff.Between(Full, reversed).Entries).Aspect);
    }

    [Fact]
    public void Between_OfMemory_ClassifiesEachRegion()
    {
        Snapshot before = WithMap((0, 1, 0), (2, 4, 0), (6, 7, 1), (10, 12, 1), (20, 23, 0), (40, 45, 1));
        Snapshot after = WithMap((0, 1, 1), (2, 5, 0), (6, 8, 1), (11, 12, 1), (30, 33, 0), (50, 52, 1));
        Assert.Equal(
            [
                ("memory.map[0x0].node", "node changed"),
                ("memory.map[0x80000000]", "grown, +1 GiB"),
                ("memory.map[0x180000000]", "grown, +1 GiB"),
                ("memory.map[0x280000000]", "shrunk, -1 GiB"),
                ("memory.map[0x500000000]", "moved up by 10 GiB"),
                ("memory.map[0xc80000000]", "2 GiB"),
                ("memory.map[0xa00000000]", "5 GiB"),
            ],
            SnapshotDiff.Between(before, after).Entries.Select(entry => (entry.Path, DiffText.Measure(entry.Detail))));
    }

    [Fact]
    public void Between_OfTdmrs_NestsTheirParts()
    {
        Snapshot fewer = Full with
        {
            Layout = Full.Layout with
            {
                Layout = Full.Layout.Layout.Map(layout => layout with
                {
                    Tdmrs = [layout.Tdmrs[0] with { Pamt = null }, layout.Tdmrs[1] with { Pamt = layout.Tdmrs[1].Pamt! with { Start = new PhysAddr(0x120000000) }, Reserved = [layout.Tdmrs[1].Reserved[0]] }],
                }),
            },
        };
        Assert.Equal(
            [
                (DiffSign.Removed, "layout.tdmrs[0].pamt"), (DiffSign.Changed, "layout.tdmrs[1].pamt"), (DiffSign.Changed, "layout.tdmrs[1].pamt.start"),
                (DiffSign.Removed, "layout.tdmrs[1].reserved[0x110000000]"),
            ],
            SnapshotDiff.Between(Full, fewer).Entries.Select(Signed));
    }

    [Fact]
    public void Between_OfLogs_TellsOnlyTheLinesThatDiffer()
    {
        Snapshot other = Full.WithLog("virt/tdx: new", "virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: module initialized");
        Assert.Equal([(DiffSign.Added, "kernel.logLines[0]"), (DiffSign.Removed, "kernel.logLines[1]")], SnapshotDiff.Between(Full, other).Entries.Select(Signed));
    }

    [Fact]
    public void Between_OfLogsThatRepeatOneLine_StaysBounded()
    {
        Snapshot before = Full.WithLog(["a", .. Enumerable.Repeat("x", 1_998), "b"]), after = Full.WithLog(["c", .. Enumerable.Repeat("x", 1_990), "d"]);
        SnapshotDiff diff = SnapshotDiff.Between(before, after);
        Assert.Equal(12, diff.Entries.Count);
        Assert.Equal(SnapshotCodec.Write(after), SnapshotCodec.Write(diff.Apply(before)));
    }

    [Fact]
    public void Between_OfTheLargestMaps_AppliesExactly()
    {
        Snapshot before = WithBlocks(0, 0), after = WithBlocks(1, 0x800);
        SnapshotDiff diff = SnapshotDiff.Between(before, after);

        Assert.Equal(MemoryMap.MaxBlocks * 3 / 2, diff.Entries.Count);
        Assert.Equal(diff.Target, SnapshotHash.Of(SnapshotCodec.Write(diff.Apply(before))));
    }

    private static (DiffSign Sign, string Path) Signed(DiffEntry entry) => (entry.Sign, entry.Path);

    private static Snapshot WithKeys(Reading<long> keys) => Full with { Kernel = Full.Kernel with { KeyIdCapacity = keys } };

    private static Snapshot WithField(string name, Func<ulong, ulong> change)
    {
        FieldId id = MetadataCatalogue.Find(name)!.Id;
        return Full with
        {
            Module = Full.Module with
            {
                Metadata = Full.Module.Metadata.Map(list => (IReadOnlyList<MetadataValue>)[.. list.Select(value => value.Id.Key == id.Key ? value with { Values = [.. value.Values.Select(change)] } : value)]),
            },
        };
    }

    private static Snapshot WithMap(params (ulong Start, ulong End, int Node)[] blocks) => WithBlocks([.. blocks.Select(block => new MemoryBlock(new AddressRange(block.Start * GiB, block.End * GiB), block.Node))]);

    private static Snapshot WithBlocks(int node, ulong shift) =>
        WithBlocks([.. Enumerable.Range(0, MemoryMap.MaxBlocks).Select(i => new MemoryBlock(new AddressRange(((ulong)i << 13) + shift, ((ulong)i << 13) + shift + 0x1000), i % 2 == 0 ? node : 0))]);

    private static Snapshot WithBlocks(MemoryBlock[] blocks) => Full with { Memory = Full.Memory with { Map = Reading.Known<IReadOnlyList<MemoryBlock>>(blocks, Provenance.Kernel, "memblock") } };
}
