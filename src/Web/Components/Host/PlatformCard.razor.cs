using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>The machine and its kernel; what could not be read says why and how to change that.</summary>
public partial class PlatformCard
{
    /// <summary>The snapshot.</summary>
    [Parameter, EditorRequired]
    public Snapshot Snapshot { get; set; } = null!;

    private HostFacts Host => Snapshot.Host;

    private KernelTdxFacts Kernel => Snapshot.Kernel;

    private static string CpuText(CpuFacts cpu)
    {
        string microcode = cpu.Microcode.Length == 0 ? "" : $", microcode {cpu.Microcode}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{cpu.ModelName}, {cpu.Vendor} family {cpu.Family} model {cpu.Model} stepping {cpu.Stepping}{microcode}; {Wording.Count(cpu.Packages, "socket")}, {Wording.Count(cpu.LogicalCpus, "logical CPU")}, {cpu.PhysicalAddressBits} address bits");
    }

    private static string Words(IReadOnlyList<string> words) => words.Count == 0 ? "none" : string.Join(' ', words);

    private static string MemoryText(IReadOnlyList<MemoryBlock> blocks) =>
        $"{new ByteSize(blocks.Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes))} in {Wording.Count(blocks.Count, "block")}";

    private static string NodesText(IReadOnlyList<NumaNode> nodes) =>
        $"{Wording.Count(nodes.Count, "node")}: " + string.Join("; ", nodes.Select(node => $"{node.Id} {(node.Cpus.Length == 0 ? "without CPUs" : $"CPUs {node.Cpus}")}"));
}
