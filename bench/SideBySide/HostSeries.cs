using System.Globalization;
using System.Text;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.SideBySide;

/// <summary>What a script behind node_exporter's textfile collector could honestly write of a host: the values of its snapshot that are numbers, and names as labels. The TDMRs, which no kernel
/// shows and a script would have to work out as Linux does, are given to it.</summary>
/// <param name="emit">Takes one series: its name with labels, and its value.</param>
internal sealed class HostSeries(Action<string, double> emit)
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>Emits every series of a host.</summary>
    public void Write(Snapshot snapshot)
    {
        AddHost(snapshot);
        AddModule(ModuleIdentity.From(snapshot));
        AddMemory(snapshot.Memory);
        if (snapshot.Layout.Layout.TryGet(out TdmrLayout? layout))
        {
            AddLayout(layout);
        }

        // The collector's own two.
        emit("node_textfile_mtime_seconds{file=\"/var/lib/prometheus/node-exporter/tdx.prom\"}", 1_767_225_600);
        emit("node_textfile_scrape_error", 0);
    }

    private void AddHost(Snapshot snapshot)
    {
        KernelLogFacts log = snapshot.Kernel.LogLines.Map(KernelLogFacts.From).Or(null) ?? new KernelLogFacts();
        emit($"tdx_host_info{{kernel=\"{Text(snapshot.Host.KernelRelease)}\",os=\"{Text(snapshot.Host.OperatingSystem)}\",product=\"{Text(snapshot.Host.Product)}\",firmware=\"{Text(snapshot.Host.Firmware)}\","
            + $"cpu=\"{Label(snapshot.Host.Cpu.Or(null)?.ModelName)}\",family=\"{HostSummary.FamilyOf(snapshot)}\"}}", 1);
        emit("tdx_module_initialized", log.Initialized == true ? 1 : 0);
        foreach (string line in log.Failures.Take(1))
        {
            emit($"tdx_kernel_failure_info{{line=\"{Label(line)}\"}}", 1);
        }

        Add("tdx_kvm_enabled", snapshot.Kernel.KvmIntelTdx.Map(on => on ? 1.0 : 0));
        Add("tdx_keyids", snapshot.Kernel.KeyIdCapacity.Map(count => (double)count));
        Add("tdx_updates_remaining", snapshot.Kernel.RemainingUpdates.Map(count => (double)count));
        if (snapshot.Platform is { } platform)
        {
            Add("tdx_keyids_in_use", platform.KeyIdsInUse.Map(count => (double)count));
        }

        if (log.PamtKiB is { } pamt)
        {
            emit("tdx_pamt_bytes", pamt * (double)ByteSize.KiB);
        }
    }

    private void AddModule(ModuleIdentity module)
    {
        if (module.Version.TryGet(out ModuleVersion version))
        {
            emit($"tdx_module_info{{version=\"{version}\",build=\"{(module.BuildNumber.TryGet(out int build) ? build.ToString(Plain) : "")}\"}}", 1);
            // PromQL cannot compare versions; a number it can.
            emit("tdx_module_version", (version.Major * 1_000_000) + (version.Minor * 1_000) + version.Update);
        }

        if (module.Features.TryGet(out ulong features))
        {
            foreach (NamedBit bit in FeatureBits.Features0(features))
            {
                emit($"tdx_feature{{name=\"{Label(bit.Name)}\"}}", bit.IsSet ? 1 : 0);
            }
        }

        if (module.Limits.TryGet(out TdmrLimits? limits))
        {
            emit("tdx_limit_tdmrs", limits.MaxTdmrs);
            emit("tdx_limit_reserved_areas", limits.MaxReservedPerTdmr);
            emit("tdx_limit_pamt_entry_bytes{page=\"4K\"}", limits.Pamt4KEntrySize);
            emit("tdx_limit_pamt_entry_bytes{page=\"2M\"}", limits.Pamt2MEntrySize);
            emit("tdx_limit_pamt_entry_bytes{page=\"1G\"}", limits.Pamt1GEntrySize);
        }

        AddRanges("tdx_cmr", module.Cmrs.Or(null) ?? [], i => $"cmr=\"{i}\"");
    }

    private void AddMemory(MemoryFacts memory)
    {
        if (memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks))
        {
            emit("tdx_memory_bytes", blocks.Sum(block => (double)block.Range.Size.Bytes));
            AddRanges("tdx_memory_block", [.. blocks.Select(block => block.Range)], i => $"block=\"{i}\",node=\"{blocks[i].Node}\"");
        }
    }

    private void AddLayout(TdmrLayout layout)
    {
        emit("tdx_tdmrs", layout.TdmrsNeeded);
        AddRanges("tdx_tdmr", [.. layout.Tdmrs.Select(tdmr => tdmr.Range)], i => $"tdmr=\"{i}\"");
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            int tdmr = i;
            emit($"tdx_tdmr_reserved_areas{{tdmr=\"{i}\"}}", layout.Tdmrs[i].Reserved.Count);
            AddRanges("tdx_tdmr_reserved", [.. layout.Tdmrs[i].Reserved.Select(area => area.Range)], area => $"tdmr=\"{tdmr}\",area=\"{area}\"");
            if (layout.Tdmrs[i].Pamt is { } pamt)
            {
                emit($"tdx_tdmr_pamt_bytes{{tdmr=\"{i}\",page=\"4K\"}}", pamt.Size4K.Bytes);
                emit($"tdx_tdmr_pamt_bytes{{tdmr=\"{i}\",page=\"2M\"}}", pamt.Size2M.Bytes);
                emit($"tdx_tdmr_pamt_bytes{{tdmr=\"{i}\",page=\"1G\"}}", pamt.Size1G.Bytes);
            }
        }
    }

    private void AddRanges(string name, IReadOnlyList<AddressRange> ranges, Func<int, string> labels)
    {
        for (int i = 0; i < ranges.Count; i++)
        {
            emit($"{name}_start_bytes{{{labels(i)}}}", ranges[i].Start.Value);
            emit($"{name}_end_bytes{{{labels(i)}}}", ranges[i].End.Value);
        }
    }

    private void Add(string name, Reading<double> value)
    {
        if (value.TryGet(out double known))
        {
            emit(name, known);
        }
    }

    private static string Text(Reading<string> text) => Label(text.Or(null));

    private static string Label(string? text) => new StringBuilder(text).Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").ToString();
}
