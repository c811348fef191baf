using BenchmarkDotNet.Attributes;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;

namespace TdxDash.Bench;

/// <summary>The snapshot diff with its two hashes: two full snapshots with 2,000 log lines, and memory maps of the largest size.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class DiffBenchmarks
{
    private const string Source = "made up";
    private Snapshot _before = null!;
    private Snapshot _after = null!;
    private Snapshot _largeBefore = null!;
    private Snapshot _largeShifted = null!;
    private Snapshot _largeElsewhere = null!;
    private SnapshotDiff _diff = null!;

    [GlobalSetup]
    public void Setup()
    {
        MemoryBlock[][] hosts = [.. RealisticHosts.All().Take(8)];
        _before = Full(hosts[6], 0);
        _after = Full(hosts[7], 1);
        _largeBefore = Full(Large(0), 0);
        _largeShifted = Full(Large(0x800), 0);
        _largeElsewhere = Full(Large(1UL << 40), 0);
        _diff = SnapshotDiff.Between(_before, _after);
    }

    [Benchmark]
    public int FullSnapshots() => SnapshotDiff.Between(_before, _after).Entries.Count;

    [Benchmark]
    public Snapshot ApplyFull() => _diff.Apply(_before);

    [Benchmark]
    public int LargestMapsShifted() => SnapshotDiff.Between(_largeBefore, _largeShifted).Entries.Count;

    [Benchmark]
    public int LargestMapsElsewhere() => SnapshotDiff.Between(_largeBefore, _largeElsewhere).Entries.Count;

    private static MemoryBlock[] Large(ulong shift) =>
        [.. Enumerable.Range(0, MemoryMap.MaxBlocks).Select(i => new MemoryBlock(new AddressRange(((ulong)i << 13) + shift, ((ulong)i << 13) + shift + 0x1000), 0))];

    private static Snapshot Full(MemoryBlock[] blocks, int variant) => new()
    {
        Schema = Snapshot.CurrentSchema,
        Origin = Origin.Demo,
        Host = new HostFacts
        {
            Name = Known($"host-{variant}"),
            OperatingSystem = Known("Linux"),
            KernelRelease = Known($"6.1{variant}.0"),
            KernelCommandLine = Known("kvm_intel.tdx=1"),
            Cpu = Reading.NotOffered<CpuFacts>(Source, "No processor."),
            Product = Known("Server"),
            Firmware = Known("1.0"),
        },
        Memory = new MemoryFacts
        {
            Map = Known<IReadOnlyList<MemoryBlock>>(blocks),
            Nodes = Known<IReadOnlyList<NumaNode>>([new NumaNode(0, "0-15")]),
            FirmwareMap = Known<IReadOnlyList<FirmwareRange>>([.. blocks.Take(200).Select(block => new FirmwareRange(block.Range, "System RAM"))]),
        },
        Module = new ModuleFacts
        {
            Transport = Known("emulated module"),
            Metadata = Known<IReadOnlyList<MetadataValue>>([.. MetadataCatalogue.Fields.Select((field, i) => new MetadataValue(field.Id, [.. Enumerable.Range(0, field.TotalElements).Select(e => (ulong)(e + (i * variant)))]))]),
        },
        Kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Known(true),
            ModuleVersion = Known("1.5.08"),
            SeamldrVersion = Known("1.5.02"),
            RemainingUpdates = Known(variant),
            KeyIdCapacity = Known(31L + variant),
            LogLines = Known<IReadOnlyList<string>>([.. Enumerable.Range(0, 2_000).Select(i => i % 3 == variant ? $"virt/tdx: line {i % 50} of {variant}" : $"virt/tdx: line {i % 400}")]),
        },
        Layout = new LayoutFacts
        {
            Limits = Known(TdmrLimits.Usual),
            Layout = Known(blocks.Length < MemoryMap.MaxBlocks ? TdmrBuilder.Build(MemoryMap.Create(blocks), TdmrLimits.Usual) : Empty()),
        },
        Platform = TestPlatform.Working(),
    };

    private static TdmrLayout Empty() => new() { Error = LayoutError.ENOMEM, Log = [], Tdmrs = [], TdmrsNeeded = 0, PamtKiB = 0 };

    private static Reading<T> Known<T>(T value) => Reading.Known(value, Provenance.Emulated, Source);
}
