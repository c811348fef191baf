using BenchmarkDotNet.Attributes;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Bench;

/// <summary>Decoding of a full metadata dump: identity of the module, and every field as text.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class MetadataBenchmarks
{
    private Snapshot _host = null!;
    private IReadOnlyList<MetadataValue> _fields = [];

    [GlobalSetup]
    public void Setup()
    {
        _host = TestSnapshots.WorkingHost();
        _fields = _host.Module.Metadata.Value;
    }

    [Benchmark]
    public ModuleIdentity Identity() => ModuleIdentity.From(_host);

    [Benchmark]
    public int EveryFieldAsText() => _fields.Sum(field => MetadataText.Of(field).Length);

    [Benchmark]
    public HostSummary FleetRow() => HostSummary.From(_host);
}
