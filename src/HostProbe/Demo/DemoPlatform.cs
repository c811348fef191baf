using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.HostProbe.Demo;

/// <summary>Writes what processor, KVM and firmware interfaces of a demo machine say, so that it agrees with the machine's kernel log.</summary>
internal static class DemoPlatform
{
    private const string CpuFolder = "/sys/devices/system/cpu", OldFolder = "/sys/firmware/tdx/tdx_module", UpdateNode = "/sys/class/firmware/tdx_module";
    private const ulong SeamrrBase = 0x7800_0000, SeamrrSize = 128 * ByteSize.MiB, AddressSpace = 1UL << 46;
    private const ulong Configured = 1 << 3, LockedAndEnabled = 3 << 10;

    // IA32_TME_ACTIVATE and IA32_TME_CAPABILITY: AES-XTS with 128 and 256 bits.
    private const ulong BothAlgorithms = 0b0101;

    // What KVM of Linux 6.16 lets a TD have: SEPT_VE_DISABLE and PERFMON; state up to AVX-512, PKRU, CET and AMX.
    private const ulong KvmAttributes = 0x8000_0000_1000_0000, KvmXfam = 0x6_1AE7;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    // CPUID leaf, sub-leaf, whether it counts, and the bits that user space may set.
    private static readonly uint[][] Cpuid =
    [
        [0x1, 0, 0, 0x0FFF_3FFF, 0x00FF_0000, 0x3140_0100, 0x0020_0000],
        [0x4, 0, 1, 0xFC00_03FF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0000_0007],
        [0x7, 0, 1, 0, 0xD02F_FB28, 0x1B41_5FEE, 0xC44D_0410],
        [0x7, 1, 1, 0x0000_1C30, 0, 0, 0],
        [0x18, 0, 1, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x03FF_C1FF],
        [0x8000_0008, 0, 0, 0x00FF_0000, 0x0000_0200, 0, 0],
    ];

    public static void Add(DemoTree tree, DemoShape shape)
    {
        AddRegisters(tree, shape);
        AddKvm(tree, shape);
        AddKeyIds(tree, shape);
        AddServices(tree, shape);
        if (shape is { Kernel: DemoKernel.Mainline72, State: DemoState.Runs })
        {
            tree.Add(UpdateNode + "/status", "idle\n");
            tree.Add(UpdateNode + "/error", "\n");
        }

        if (shape is { Kernel: DemoKernel.Ubuntu68, State: DemoState.Runs })
        {
            AddOldFolder(tree);
        }
    }

    private static void AddRegisters(DemoTree tree, DemoShape shape)
    {
        int share = shape.Cpu.Cores, cores = share * shape.Sockets;
        tree.Add(CpuFolder + "/online", string.Create(Plain, $"0-{(cores * shape.Cpu.Threads) - 1}\n"));
        bool on = shape.State != DemoState.OffInBios;
        ulong mktme = on ? shape.FirstKeyId - 1 : shape.KeyIdEnd - 1, tdx = on ? shape.KeyIdEnd - shape.FirstKeyId : 0, bits = (ulong)BitOperations.Log2(shape.KeyIdEnd);
        ulong tdxBits = on && shape.FirstKeyId > 1 ? bits - (ulong)BitOperations.Log2(shape.FirstKeyId) : on ? bits : 0;
        (uint Msr, ulong Value)[] values =
        [
            (KeyIdPartitioning.Msr, (tdx << 32) | mktme),
            (TmeCapability.Msr, BothAlgorithms | (bits << 32) | ((ulong)(shape.KeyIdEnd - 1) << 36)),
            (TmeActivate.Msr, 0b11 | (bits << 32) | (tdxBits << 36) | (BothAlgorithms << 48)),
            (Seamrr.BaseMsr, on ? SeamrrBase | Configured : 0),
            (Seamrr.MaskMsr, on ? ((AddressSpace - 1) & ~(SeamrrSize - 1)) | LockedAndEnabled : 0),
        ];
        for (int package = 0; package < shape.Sockets; package++)
        {
            int cpu = package * share;
            string first = string.Create(Plain, $"{cpu}-{cpu + share - 1}");
            string list = shape.Cpu.Threads == 1 ? first : string.Create(Plain, $"{first},{cores + cpu}-{cores + cpu + share - 1}");
            tree.Add(string.Create(Plain, $"{CpuFolder}/cpu{cpu}/topology/package_cpus_list"), list + "\n");
            foreach ((uint msr, ulong value) in values)
            {
                byte[] content = new byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(content, value);
                tree.Add(HostFiles.PieceOf(string.Create(Plain, $"/dev/cpu/{cpu}/msr"), msr), content);
            }
        }
    }

    // Ubuntu's kernel has TDX in KVM with calls of its own, before upstream had it.
    private static void AddKvm(DemoTree tree, DemoShape shape)
    {
        if (shape.State != DemoState.Runs || shape.Kernel == DemoKernel.Ubuntu68)
        {
            tree.Fail(HostFiles.Kvm, AccessFailure.NoDevice, "KVM offers no VMs of type TDX (5): its VM types are 0x1.");
            return;
        }

        byte[] answer = new byte[KvmTdxCapabilities.SizeWith(Cpuid.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(answer, KvmAttributes);
        BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(8), KvmXfam);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.CountOffset), (uint)Cpuid.Length);
        for (int i = 0; i < Cpuid.Length; i++)
        {
            for (int word = 0; word < Cpuid[i].Length; word++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.SizeWith(i) + (word * sizeof(uint))), Cpuid[i][word]);
            }
        }

        tree.Add(HostFiles.Kvm, answer);
    }

    private static void AddKeyIds(DemoTree tree, DemoShape shape)
    {
        if (shape.State == DemoState.Runs)
        {
            tree.Add("/sys/fs/cgroup/misc.current", string.Create(Plain, $"tdx {3 * shape.Sockets}\n"));
            tree.AddFolder("/sys/fs/cgroup", ["cgroup.procs", "init.scope", "machine.slice", "misc.capacity", "misc.current", "system.slice"]);
            tree.Add("/sys/fs/cgroup/machine.slice/misc.events", "tdx.max 0\n");
        }
    }

    private static void AddServices(DemoTree tree, DemoShape shape)
    {
        tree.AddFolder("/usr/lib/systemd", ["system", "systemd"]);
        if (shape.State == DemoState.Runs)
        {
            foreach (string name in new[] { "mpa_registration_tool", "pccs", "qgsd" })
            {
                tree.Add($"/usr/lib/systemd/system/{name}.service", "[Service]\n");
            }

            tree.Add("/sys/fs/cgroup/system.slice/qgsd.service/cgroup.procs", "2101\n");
            tree.Add("/sys/fs/cgroup/system.slice/pccs.service/cgroup.procs", "2107\n");
        }
    }

    // The module of the profile that these machines have, 1.5.08.
    private static void AddOldFolder(DemoTree tree)
    {
        tree.Add(OldFolder + "/status", "initialized\n");
        tree.Add(OldFolder + "/attributes", "0x00000000\n");
        tree.Add(OldFolder + "/vendor_id", "0x00008086\n");
        tree.Add(OldFolder + "/major_version", "0x00000001\n");
        tree.Add(OldFolder + "/minor_version", "0x00000005\n");
        tree.Add(OldFolder + "/build_num", "0x00000310\n");
        tree.Add(OldFolder + "/build_date", "20240725\n");
    }
}
