using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What must hold across a snapshot's members beyond their types.</summary>
internal static class SnapshotRules
{
    private const int MaxTextLength = 8_192;
    private const int MaxLogLines = 2_000;
    private const int MaxNodes = MemoryBlock.MaxNode + 1;
    private const int MaxFields = 4_096;
    private const int MaxElements = 512 * 16;

    public static void Check(Snapshot snapshot)
    {
        Require(snapshot.Schema == Snapshot.CurrentSchema, $"schema is {snapshot.Schema}, not {Snapshot.CurrentSchema}.");
        CheckText(snapshot);
        CheckMemory(snapshot.Memory);
        CheckMetadata(snapshot.Module.Metadata);
        CheckLayout(snapshot.Layout.Layout);
    }

    private static void CheckText(Snapshot snapshot)
    {
        HostFacts host = snapshot.Host;
        KernelTdxFacts kernel = snapshot.Kernel;
        foreach ((string name, Reading<string> text) in new[]
        {
            ("host.name", host.Name), ("host.operatingSystem", host.OperatingSystem), ("host.kernelRelease", host.KernelRelease),
            ("host.kernelCommandLine", host.KernelCommandLine), ("host.product", host.Product), ("host.firmware", host.Firmware),
            ("module.transport", snapshot.Module.Transport), ("kernel.moduleVersion", kernel.ModuleVersion), ("kernel.seamldrVersion", kernel.SeamldrVersion),
        })
        {
            Require(text.Or("")!.Length <= MaxTextLength, $"{name} has more than {MaxTextLength} characters.");
        }

        if (kernel.LogLines.TryGet(out IReadOnlyList<string>? lines))
        {
            Require(lines.Count <= MaxLogLines, $"kernel.logLines has {lines.Count} lines; at most {MaxLogLines} are accepted.");
            Require(lines.All(line => line.Length <= MaxTextLength), $"a line of kernel.logLines has more than {MaxTextLength} characters.");
        }
    }

    private static void CheckMemory(MemoryFacts memory)
    {
        if (memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks))
        {
            MemoryMap.Create(blocks);
        }

        Require(memory.Nodes.Or([])!.Count <= MaxNodes, $"memory.nodes has more than {MaxNodes} nodes.");
        Require(memory.FirmwareMap.Or([])!.Count <= MemoryMap.MaxBlocks, $"memory.firmwareMap has more than {MemoryMap.MaxBlocks} entries.");
    }

    private static void CheckMetadata(Reading<IReadOnlyList<MetadataValue>> metadata)
    {
        if (!metadata.TryGet(out IReadOnlyList<MetadataValue>? values))
        {
            return;
        }

        Require(values.Count <= MaxFields, $"module.metadata has {values.Count} fields; at most {MaxFields} are accepted.");
        foreach (MetadataValue value in values)
        {
            Require(value.Values.Count is > 0 and <= MaxElements, $"metadata field {value.Id} has {value.Values.Count} elements; 1 to {MaxElements} are accepted.");
        }

        Require(values.Select(v => v.Id.Key).Distinct().Count() == values.Count, "module.metadata names a field twice.");
    }

    private static void CheckLayout(Reading<TdmrLayout> layout)
    {
        if (!layout.TryGet(out TdmrLayout? built))
        {
            return;
        }

        Require(built.Tdmrs.Count <= ushort.MaxValue, "layout has more TDMRs than any module accepts.");
        for (int i = 1; i < built.Tdmrs.Count; i++)
        {
            Require(built.Tdmrs[i].Range.Start >= built.Tdmrs[i - 1].Range.End, $"layout TDMR {i} {built.Tdmrs[i].Range} does not lie above TDMR {i - 1}.");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new FormatException(message);
        }
    }
}
