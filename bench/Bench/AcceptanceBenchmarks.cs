using BenchmarkDotNet.Attributes;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Bench;

/// <summary>The module's acceptance check on the layouts of a mix of realistic hosts: mean per layout.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class AcceptanceBenchmarks
{
    private const int AddressBits = 46;
    private (TdmrLayout Layout, AddressRange[] Cmrs)[] _hosts = [];

    [GlobalSetup]
    public void Setup() => _hosts = [.. RealisticHosts.All()
        .Select(blocks => (TdmrBuilder.Build(MemoryMap.Create(blocks), TdmrLimits.Usual), blocks.Select(block => block.Range).ToArray()))
        .Where(host => host.Item1.Error == LayoutError.None)];

    [Benchmark(OperationsPerInvoke = RealisticHosts.Count)]
    public int RealisticMix()
    {
        int accepted = 0;
        foreach ((TdmrLayout layout, AddressRange[] cmrs) in _hosts)
        {
            accepted += LayoutAcceptance.Judge(layout, cmrs, AddressBits).Answer.IsAccepted ? 1 : 0;
        }

        return accepted;
    }
}
