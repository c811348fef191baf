using System.Text;
using System.Text.RegularExpressions;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Fuzz.Targets;

/// <summary>A host's files as one text: a line <c>@file PATH</c> or <c>@folder PATH</c>, then the content or the names. The pieces are
/// bytes, so that a file can hold anything.</summary>
internal static partial class HostTree
{
    /// <summary>A small host with two nodes, every source present.</summary>
    public static string Text() => $"""
        @file /proc/sys/kernel/hostname
        box
        @file /proc/sys/kernel/osrelease
        6.16.9
        @file /proc/sys/kernel/random/boot_id
        3ab726ca-224c-4340-8632-07899af7f180
        @file /proc/cmdline
        BOOT_IMAGE=/boot/vmlinuz ro kvm_intel.tdx=1
        @file /etc/os-release
        PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
        @file /sys/class/dmi/id/sys_vendor
        Maker
        @file /sys/class/dmi/id/bios_version
        1.4.2
        @file /proc/cpuinfo
        {CpuInfo}
        @file /proc/iomem
        00001000-0009ffff : System RAM
        00100000-7fffffff : System RAM
        80000000-bfffffff : Reserved
        100000000-27fffffff : System RAM
        @file /sys/devices/system/node/online
        0-1
        @file /sys/devices/system/node/node0/cpulist
        0-15,32-47
        @file /sys/devices/system/node/node1/cpulist
        16-31
        @file /sys/devices/system/memory/block_size_bytes
        40000000
        @folder /sys/devices/system/node/node0
        cpulist
        memory0
        memory1
        memory4
        memory5
        @folder /sys/devices/system/node/node1
        memory6
        memory7
        memory8
        memory9
        @folder /sys/firmware/memmap
        0
        1
        @file /sys/firmware/memmap/0/start
        0x0
        @file /sys/firmware/memmap/0/end
        0x9ffff
        @file /sys/firmware/memmap/0/type
        System RAM
        @file /sys/firmware/memmap/1/start
        0x80000000
        @file /sys/firmware/memmap/1/end
        0xbfffffff
        @file /sys/firmware/memmap/1/type
        Reserved
        @file /sys/module/kvm_intel/parameters/tdx
        Y
        @file /sys/fs/cgroup/misc.capacity
        tdx 31
        @file /sys/devices/faux/tdx_host/version
        1.5.08
        @file /sys/devices/faux/tdx_host/seamldr_version
        2.0.00
        @file /sys/devices/faux/tdx_host/num_remaining_updates
        2
        @file /sys/class/firmware/tdx_module/status
        idle
        @file /sys/class/firmware/tdx_module/error
        programming:hw-error
        @file /sys/fs/cgroup/misc.current
        tdx 3
        @folder /sys/fs/cgroup
        machine.slice
        misc.capacity
        @file /sys/fs/cgroup/machine.slice/misc.events
        tdx.max 2
        @file /sys/firmware/tdx/tdx_module/status
        initialized
        @file /sys/firmware/tdx/tdx_module/attributes
        0x00000000
        @file /sys/firmware/tdx/tdx_module/vendor_id
        0x00008086
        @file /sys/firmware/tdx/tdx_module/major_version
        0x00000001
        @file /sys/firmware/tdx/tdx_module/minor_version
        0x00000000
        @file /sys/firmware/tdx/tdx_module/build_num
        0x00000156
        @file /sys/firmware/tdx/tdx_module/build_date
        20220420
        @folder /sys/devices/system/memory
        block_size_bytes
        memory0
        memory1
        @file /sys/devices/system/memory/memory0/state
        online
        @file /sys/devices/system/memory/memory1/state
        going-offline
        @file /sys/devices/system/cpu/online
        0-3
        @file /sys/devices/system/cpu/cpu0/topology/package_cpus_list
        0-1
        @file /sys/devices/system/cpu/cpu2/topology/package_cpus_list
        2-3
        @file /dev/cpu/0/msr@0x87
        8 bytes
        @file /dev/cpu/2/msr@0x87
        8 bytes
        @folder /usr/lib/systemd
        system
        @file /usr/lib/systemd/system/pccs.service
        [Service]
        @folder /run/tdx-qgs
        qgs.socket
        @file /dev/kmsg
        6,1,1,-;virt/tdx: BIOS enabled: private KeyID range [32, 64)
        6,2,2,-;virt/tdx: 32840 KB allocated for PAMT
        6,3,3,-;virt/tdx: module initialized

        """;

    public const string CpuInfo = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: Xeon\nstepping\t: 2\nmicrocode\t: 0x2b\nphysical id\t: 0\nflags\t\t: fpu ss xsave vmx movdir64b tme tdx_host_platform\nbugs\t\t: spectre_v1 tdx_pw_mce\naddress sizes\t: 46 bits physical, 57 bits virtual\n\nprocessor\t: 1\nphysical id\t: 1\n";

    /// <summary>What a demo machine has, but for the processors and kernel messages that only repeat.</summary>
    public static string Of(DemoMachine machine, IEnumerable<string> paths)
    {
        HostFiles files = machine.Files(SnapshotSteps.Standard);
        var text = new StringBuilder();
        foreach (string path in paths)
        {
            if (files.Read(path) is { Error: null } access)
            {
                text.Append("@file ").Append(path).Append('\n').Append(access.Text.AsSpan(0, Math.Min(access.Text.Length, 4_096))).Append('\n');
            }
        }

        return text.ToString();
    }

    // Paths of pieces hold an @ themselves: /dev/cpu/0/msr@0x87.
    [GeneratedRegex("(?=@file |@folder )")]
    private static partial Regex Sections();

    public static StoredHostFiles Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static StoredHostFiles Parse(byte[] bytes)
    {
        var files = new Dictionary<string, HostAccess>(StringComparer.Ordinal);
        var folders = new Dictionary<string, HostAccess>(StringComparer.Ordinal);
        // Latin 1 keeps every byte.
        foreach (string section in Sections().Split(Encoding.Latin1.GetString(bytes)))
        {
            int end = section.IndexOf('\n', StringComparison.Ordinal);
            string head = end < 0 ? section : section[..end], body = end < 0 ? "" : section[(end + 1)..];
            if (head.StartsWith("@file ", StringComparison.Ordinal))
            {
                files[head["@file ".Length..]] = HostAccess.File(Encoding.Latin1.GetBytes(body));
            }
            else if (head.StartsWith("@folder ", StringComparison.Ordinal))
            {
                folders[head["@folder ".Length..]] = HostAccess.Folder(body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return new StoredHostFiles(Origin.File, files, folders);
    }
}
