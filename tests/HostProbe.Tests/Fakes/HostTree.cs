using System.Text;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Fakes;

/// <summary>A host made of a few files, to be changed by each test.</summary>
internal sealed class HostTree
{
    private const string TwoNodeIomem = """
        00000000-00000fff : Reserved
        00001000-0009ffff : System RAM
        00100000-7fffffff : System RAM
        80000000-bfffffff : Reserved
        100000000-27fffffff : System RAM

        """;

    private readonly Dictionary<string, HostAccess> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostAccess> _folders = new(StringComparer.Ordinal);

    public static HostTree TwoNodes() => new HostTree()
        .With("/proc/iomem", TwoNodeIomem)
        .With("/proc/sys/kernel/hostname", "box\n")
        .With("/proc/sys/kernel/osrelease", "6.16.9\n")
        .With("/proc/sys/kernel/random/boot_id", "3AB726CA-224C-4340-8632-07899af7f180\n")
        .With("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Xeon\nstepping\t: 8\nmicrocode\t: 0x2b\nphysical id\t: 0\nflags\t\t: fpu ss xsave vmx movdir64b tdx_host_platform\nbugs\t\t: spectre_v1 tdx_pw_mce\naddress sizes\t: 46 bits physical, 57 bits virtual\n\nprocessor\t: 1\nphysical id\t: 1\n")
        .With("/sys/devices/system/node/online", "0-1\n")
        .With("/sys/devices/system/node/node0/cpulist", "0\n")
        .With("/sys/devices/system/node/node1/cpulist", "1\n")
        .With("/sys/devices/system/memory/block_size_bytes", "40000000\n")
        .WithFolder("/sys/devices/system/node/node0", "cpulist", "memory0", "memory1", "memory4", "memory5")
        .WithFolder("/sys/devices/system/node/node1", "memory6", "memory7", "memory8", "memory9", "meminfo");

    public HostTree With(string path, string text) => With(path, HostAccess.File(Encoding.UTF8.GetBytes(text)));

    public HostTree With(string path, HostAccess access)
    {
        _files[path] = access;
        return this;
    }

    public HostTree WithFolder(string path, params string[] names)
    {
        _folders[path] = HostAccess.Folder(names);
        return this;
    }

    public HostTree WithBytes(string path, params byte[] content) => With(path, HostAccess.File(content));

    /// <summary>Replaces a file's text; null takes the file away.</summary>
    public HostTree Change(string path, string? text) => text is null ? Without(path) : With(path, text);

    public HostTree Without(string path)
    {
        _files.Remove(path);
        _folders.Remove(path);
        return this;
    }

    public StoredHostFiles As(Origin origin) => new(origin, _files, _folders);
}
