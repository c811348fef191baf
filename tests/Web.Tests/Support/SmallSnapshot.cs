using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Support;

/// <summary>The smallest snapshot that is valid, told apart by its kernel release.</summary>
internal static class SmallSnapshot
{
    public const string BootId = "11111111-2222-3333-4444-555555555555";

    public static Snapshot Make(string kernelRelease = "6.16.0", string name = "host-a", params ulong[] metadata) => new()
    {
        Schema = Snapshot.CurrentSchema,
        Origin = Origin.Demo,
        Host = new HostFacts
        {
            Name = Reading.Known(name, Provenance.Emulated, "test"),
            OperatingSystem = Absent<string>(),
            KernelRelease = Reading.Known(kernelRelease, Provenance.Emulated, "test"),
            KernelCommandLine = Absent<string>(),
            Cpu = Absent<CpuFacts>(),
            Product = Absent<string>(),
            Firmware = Absent<string>(),
        },
        Memory = new MemoryFacts
        {
            Map = Absent<IReadOnlyList<MemoryBlock>>(),
            Nodes = Absent<IReadOnlyList<NumaNode>>(),
            FirmwareMap = Absent<IReadOnlyList<FirmwareRange>>(),
        },
        Module = new ModuleFacts
        {
            Transport = Absent<string>(),
            Metadata = metadata.Length == 0
                ? Absent<IReadOnlyList<MetadataValue>>()
                : Reading.Known<IReadOnlyList<MetadataValue>>([new MetadataValue(new FieldId(0x0A00_0003_0000_0008), metadata)], Provenance.Emulated, "test"),
        },
        Kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Absent<bool>(),
            ModuleVersion = Absent<string>(),
            SeamldrVersion = Absent<string>(),
            RemainingUpdates = Absent<int>(),
            KeyIdCapacity = Absent<long>(),
            LogLines = Absent<IReadOnlyList<string>>(),
        },
        Layout = new LayoutFacts { Limits = Absent<TdmrLimits>(), Layout = Absent<TdmrLayout>() },
        Platform = TestPlatform.Missing(),
    };

    public static SnapshotEnvelope Envelope(long sequence, Snapshot snapshot) => Envelope(sequence, SnapshotCodec.Write(snapshot));

    public static SnapshotEnvelope Envelope(long sequence, byte[] canonical) =>
        new(BootId, sequence, 1_700_000_000_000_000 + sequence, SnapshotHash.Of(canonical).ToString(), BodyCodec.Compress(canonical));

    /// <summary>A summary whose name is host and kernel release.</summary>
    public static HostSummary Summarise(Snapshot snapshot) => new()
    {
        Name = $"{snapshot.Host.Name.Value} {snapshot.Host.KernelRelease.Value}",
        Origin = snapshot.Origin,
        State = TdxState.NoTdx,
        StateReason = "A test.",
        CpuFamily = "",
        Version = Absent<ModuleVersion>(),
        Memory = Absent<ByteSize>(),
        Pamt = Absent<ByteSize>(),
        PeakReserved = Absent<int>(),
        MaxReserved = Absent<int>(),
        Tdmrs = Absent<int>(),
        MaxTdmrs = Absent<int>(),
        KeyIds = Absent<long>(),
        KeyIdsInUse = Absent<long>(),
        KernelRelease = snapshot.Host.KernelRelease,
        Tier = Absent<ProbeTier>(),
    };

    private static Reading<T> Absent<T>() => Reading.NotOffered<T>("test", "The test has none.");
}
