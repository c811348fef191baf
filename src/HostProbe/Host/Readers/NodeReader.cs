using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the NUMA nodes from <c>/sys/devices/system/node</c>.</summary>
internal static class NodeReader
{
    private const string Folder = "/sys/devices/system/node";
    private static readonly HostSource Online = new(
        Folder + "/online", "The kernel has no NUMA support, or sysfs is not mounted.", "Mount sysfs on /sys.");
    private static readonly HostSource Nodes = new(Folder, "", "");
    private static readonly HostSource Cpus = new(
        "/sys/devices/system/cpu/online", "sysfs is not mounted.", "Mount sysfs on /sys.");

    /// <summary>The nodes with their CPUs; one node 0 with all CPUs on a kernel without NUMA.</summary>
    public static Reading<IReadOnlyList<NumaNode>> Read(HostFiles files)
    {
        Reading<IReadOnlyList<int>> online = OnlineNodes(files);
        if (online.TryGet(out IReadOnlyList<int>? nodes))
        {
            return Nodes.Try(() => Reading.Known<IReadOnlyList<NumaNode>>([.. nodes.Select(node => new NumaNode(node, CpusOf(files, node)))], files.Provenance, Folder));
        }

        Reading<string> cpus = Cpus.Read(files, HostSource.FirstLine);
        return cpus.IsKnown
            ? cpus.Map<IReadOnlyList<NumaNode>>(list => [new NumaNode(0, list)])
            : Reading.Unreadable<IReadOnlyList<NumaNode>>(online.Source, online.Reason, online.Remedy);
    }

    /// <summary>The ids of the nodes that are online, ascending.</summary>
    public static Reading<IReadOnlyList<int>> OnlineNodes(HostFiles files) => Online.Read(files, text =>
    {
        IReadOnlyList<int> nodes = IndexList.Parse(text);
        return nodes.Count > 0 && nodes[^1] <= MemoryBlock.MaxNode
            ? nodes
            : throw new FormatException($"The node list '{text.Trim()}' is empty or names a node above {MemoryBlock.MaxNode}.");
    });

    /// <summary>The numbers of a node's memory blocks.</summary>
    public static HostAccess MemoryOf(HostFiles files, int node) => files.List(PathOf(node));

    private static string CpusOf(HostFiles files, int node)
    {
        HostAccess access = files.Read(PathOf(node) + "/cpulist");
        return access.Error is null ? HostSource.FirstLine(access.Text) : "";
    }

    private static string PathOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/node{node}");
}
