using System.Globalization;
using System.Text;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Demo;

/// <summary>Writes the files that a host of a shape has, in the formats of its kernel.</summary>
internal static class DemoSources
{
    private const string NodeFolder = "/sys/devices/system/node";
    private const ulong BlockSize = 2 * ByteSize.GiB;
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static void AddMachine(DemoTree tree, string name, string bootId, DemoShape shape)
    {
        tree.Add("/proc/sys/kernel/hostname", name + "\n");
        tree.Add("/proc/sys/kernel/random/boot_id", bootId + "\n");
        tree.Add("/proc/sys/kernel/osrelease", Release(shape.Kernel) + "\n");
        tree.Add("/proc/cmdline", $"BOOT_IMAGE=/boot/vmlinuz-{Release(shape.Kernel)} root=/dev/nvme0n1p2 ro kvm_intel.tdx=1 nohibernate\n");
        tree.Add("/etc/os-release", $"PRETTY_NAME=\"{(shape.Kernel == DemoKernel.Ubuntu68 ? "Ubuntu 24.04.2 LTS" : "Debian GNU/Linux 13 (trixie)")}\"\n");
        tree.Add("/sys/class/dmi/id/sys_vendor", shape.Vendor + "\n");
        tree.Add("/sys/class/dmi/id/product_name", string.Create(Plain, $"D{shape.Sockets}00 demo server\n"));
        tree.Add("/sys/class/dmi/id/bios_vendor", shape.Vendor + "\n");
        tree.Add("/sys/class/dmi/id/bios_version", "1.4.2\n");
        tree.Add("/sys/class/dmi/id/bios_date", "03/25/2025\n");
        tree.Add("/proc/cpuinfo", CpuInfo(shape));
    }

    public static void AddMemory(DemoTree tree, DemoShape shape)
    {
        if (shape.HasDebugfs)
        {
            tree.Add("/sys/kernel/debug/memblock/memory", Memblock(shape));
        }

        tree.Add("/proc/iomem", Iomem(shape));
        tree.Add("/sys/devices/system/memory/block_size_bytes", BlockSize.ToString("x", Plain) + "\n");
        tree.Add(NodeFolder + "/online", List(0, shape.NodeCount) + "\n");
        string[] blocks = [.. Enumerable.Range(0, shape.NodeCount).SelectMany(node => Blocks(shape, node)).Distinct().Select(block => string.Create(Plain, $"memory{block}"))];
        tree.AddFolder("/sys/devices/system/memory", ["block_size_bytes", .. blocks]);
        foreach (string block in blocks)
        {
            tree.Add($"/sys/devices/system/memory/{block}/state", "online\n");
        }

        for (int node = 0; node < shape.NodeCount; node++)
        {
            string folder = string.Create(Plain, $"{NodeFolder}/node{node}");
            tree.Add(folder + "/cpulist", Cpus(shape, node) + "\n");
            tree.AddFolder(folder, ["cpulist", .. Blocks(shape, node).Select(block => string.Create(Plain, $"memory{block}"))]);
        }
    }

    public static void AddTdx(DemoTree tree, DemoShape shape)
    {
        tree.Add("/sys/module/kvm_intel/parameters/tdx", shape.State == DemoState.Runs ? "Y\n" : "N\n");
        tree.Add("/sys/fs/cgroup/misc.capacity", shape.State == DemoState.Runs ? string.Create(Plain, $"tdx {shape.KeyIdEnd - shape.FirstKeyId - 1}\n") : "");
        if (shape is { Kernel: DemoKernel.Mainline72, State: DemoState.Runs })
        {
            tree.Add("/sys/devices/faux/tdx_host/version", DemoKernelLog.VersionOf(shape.Profile) + "\n");
            tree.Add("/sys/devices/faux/tdx_host/seamldr_version", "2.0.00\n");
            tree.Add("/sys/devices/faux/tdx_host/num_remaining_updates", "2\n");
        }
    }

    public static string Release(DemoKernel kernel) => kernel switch
    {
        DemoKernel.Ubuntu68 => "6.8.0-1028-intel",
        DemoKernel.Mainline616 => "6.16.9",
        _ => "7.2.1",
    };

    private static string CpuInfo(DemoShape shape)
    {
        DemoCpu cpu = shape.Cpu;
        string host = shape.State == DemoState.OffInBios ? "" : " tdx_host_platform";
        string tail = string.Create(
            Plain,
            $"flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep ss ht vmx tme xsave movdiri movdir64b{host}\nbugs\t\t: spectre_v1 spectre_v2 {cpu.Bugs}\naddress sizes\t: 46 bits physical, 57 bits virtual\n\n");
        var text = new StringBuilder();
        int cores = cpu.Cores * shape.Sockets;
        for (int i = 0; i < cores * cpu.Threads; i++)
        {
            text.Append(Plain, $"processor\t: {i}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: {cpu.Model}\nmodel name\t: {cpu.ModelName}\n");
            text.Append(Plain, $"stepping\t: {cpu.Stepping}\nmicrocode\t: {cpu.Microcode}\nphysical id\t: {i % cores / cpu.Cores}\n").Append(tail);
        }

        return text.ToString();
    }

    private static string Memblock(DemoShape shape)
    {
        var text = new StringBuilder();
        for (int i = 0; i < shape.Memory.Count; i++)
        {
            DemoRange range = shape.Memory[i];
            text.Append(Plain, $"{i,4}: 0x{range.Start:x16}..0x{range.End - 1:x16} {range.Node,4} {range.Flags}\n");
        }

        return text.ToString();
    }

    // Below 4 GiB everything that is no memory is the firmware's; above it there is only memory.
    private static string Iomem(DemoShape shape)
    {
        var text = new StringBuilder();
        ulong at = 0;
        foreach (DemoRange range in shape.Memory)
        {
            if (range.Start > at && at < 4 * ByteSize.GiB)
            {
                text.Append(Plain, $"{at:x8}-{range.Start - 1:x8} : Reserved\n");
            }

            text.Append(Plain, $"{range.Start:x8}-{range.End - 1:x8} : System RAM\n");
            at = range.End;
        }

        return text.ToString();
    }

    private static IEnumerable<ulong> Blocks(DemoShape shape, int node) => shape.Memory.Where(range => range.Node == node)
        .SelectMany(range => Enumerable.Range((int)(range.Start / BlockSize), (int)(((range.End + BlockSize - 1) / BlockSize) - (range.Start / BlockSize))))
        .Select(block => (ulong)block).Distinct();

    // Nodes share the cores evenly; a node behind the last one with cores is memory alone, such as CXL.
    private static string Cpus(DemoShape shape, int node)
    {
        int withCpus = Math.Max(shape.Sockets, shape.NodeCount % shape.Sockets == 0 ? shape.NodeCount : shape.Sockets);
        if (node >= withCpus)
        {
            return "";
        }

        int cores = shape.Cpu.Cores * shape.Sockets, share = cores / withCpus;
        string first = List(node * share, share);
        return shape.Cpu.Threads == 1 ? first : $"{first},{List(cores + (node * share), share)}";
    }

    private static string List(int first, int count) => count == 1 ? first.ToString(Plain) : string.Create(Plain, $"{first}-{first + count - 1}");
}
