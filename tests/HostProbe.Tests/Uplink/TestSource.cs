using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>A machine whose kernel release is all that changes.</summary>
internal sealed class TestSource : ISnapshotSource
{
    private readonly Signals<string> _takes = new();

    public Origin Origin => Origin.Demo;

    public string BootId { get; init; } = "11111111-1111-1111-1111-111111111111";

    /// <summary>The state that the next snapshot shows; null makes taking it fail.</summary>
    public string? Release { get; set; } = "6.16.0";

    /// <summary>Waits for the next snapshot to be taken.</summary>
    public Task<string> TakenAsync() => _takes.NextAsync();

    public Snapshot Take()
    {
        string? release = Release;
        _takes.Add(release ?? "failed");
        return Make(release ?? throw new InvalidOperationException("the reader broke"));
    }

    public static Snapshot Make(string release) => new()
    {
        Schema = Snapshot.CurrentSchema,
        Origin = Origin.Demo,
        Host = new HostFacts
        {
            Name = Known("test-host"),
            OperatingSystem = Missing<string>(),
            KernelRelease = Known(release),
            KernelCommandLine = Missing<string>(),
            Cpu = Missing<CpuFacts>(),
            Product = Missing<string>(),
            Firmware = Missing<string>(),
        },
        Memory = new MemoryFacts
        {
            Map = Missing<IReadOnlyList<MemoryBlock>>(),
            Nodes = Missing<IReadOnlyList<NumaNode>>(),
            FirmwareMap = Missing<IReadOnlyList<FirmwareRange>>(),
        },
        Module = new ModuleFacts { Transport = Missing<string>(), Metadata = Missing<IReadOnlyList<MetadataValue>>() },
        Kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Missing<bool>(),
            ModuleVersion = Missing<string>(),
            SeamldrVersion = Missing<string>(),
            RemainingUpdates = Missing<int>(),
            KeyIdCapacity = Missing<long>(),
            LogLines = Missing<IReadOnlyList<string>>(),
        },
        Layout = new LayoutFacts { Limits = Missing<TdmrLimits>(), Layout = Missing<TdmrLayout>() },
        Platform = TestPlatform.Missing(),
    };

    private static Reading<string> Known(string value) => Reading.Known(value, Provenance.Emulated, "test");

    private static Reading<T> Missing<T>() => Reading.NotOffered<T>("test", "not part of this test");
}
