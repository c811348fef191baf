using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Bench;

/// <summary>The TDMR builder on a mix of realistic hosts: mean per layout.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class LayoutBenchmarks
{
    private MemoryMap[] _maps = [];

    [GlobalSetup]
    public void Setup() => _maps = [.. RealisticHosts.All().Select(MemoryMap.Create)];

    [Benchmark(OperationsPerInvoke = RealisticHosts.Count)]
    public int RealisticMix()
    {
        int tdmrs = 0;
        foreach (MemoryMap map in _maps)
        {
            tdmrs += TdmrBuilder.Build(map, TdmrLimits.Usual).Tdmrs.Count;
        }

        return tdmrs;
    }
}

/// <summary>How the builder grows with the number of ranges.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class LargeLayoutBenchmarks
{
    private const ulong GiB = ByteSize.GiB;
    private const ulong MiB = ByteSize.MiB;

    private static readonly TdmrLimits Wide = new(ushort.MaxValue, ushort.MaxValue, 16, 16, 16);
    private RawRange[] _manyTdmrs = [];
    private RawRange[] _manyHoles = [];

    [Params(1_000, 10_000, 100_000)]
    public int Ranges { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Two ranges in each GiB make a TDMR per GiB; a thousand nodes keep the search from always finding the first one.
        _manyTdmrs = [.. Enumerable.Range(0, Ranges).Select(i => Range(((ulong)(i / 2) * GiB) + ((ulong)(i % 2) * 512 * MiB) + (4 * GiB), 400 * MiB, i / 100 % 1000))];
        _manyHoles = [.. Enumerable.Range(0, Ranges).Select(i => Range(((ulong)i * 64 * MiB) + (4 * GiB), 63 * MiB, i / 50_000))];
    }

    [Benchmark]
    public ulong ManyTdmrs() => Build(_manyTdmrs);

    [Benchmark]
    public ulong ManyHoles() => Build(_manyHoles);

    private static RawRange Range(ulong start, ulong size, int node) => new(start, start + size, node);

    private static ulong Build(RawRange[] ranges)
    {
        using TdmrEngine engine = TdmrEngine.Run(ranges, new LayoutRules(Wide));
        return engine.Error == LayoutError.None ? engine.PamtKiB : throw new InvalidOperationException($"The map does not fit: {engine.Error}.");
    }
}

/// <summary>A few iterations in the benchmark's own process: enough for figures that have a factor to spare.</summary>
internal sealed class ShortInProcess : ManualConfig
{
    public ShortInProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
}
