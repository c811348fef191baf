using System.Buffers.Binary;
using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads model-specific registers from <c>/dev/cpu/N/msr</c>, of one CPU of each package.</summary>
internal static class MsrReader
{
    private const string CpuFolder = "/sys/devices/system/cpu";
    private const int RegisterBytes = 8;

    // The largest x86 machines have 32 sockets.
    private const int MaxPackages = 64;

    /// <summary>The first online CPU of each package; CPU 0 alone where the kernel does not show the packages.</summary>
    public static IReadOnlyList<int> OneCpuOfEachPackage(HostFiles files)
    {
        var chosen = new List<int>();
        var left = new SortedSet<int>(CpusOf(files, CpuFolder + "/online"));
        while (left.Count > 0 && chosen.Count < MaxPackages)
        {
            int cpu = left.Min;
            IReadOnlyList<int> package = CpusOf(files, string.Create(CultureInfo.InvariantCulture, $"{CpuFolder}/cpu{cpu}/topology/package_cpus_list"));
            if (!package.Contains(cpu))
            {
                break;
            }

            chosen.Add(cpu);
            left.ExceptWith(package);
        }

        return chosen.Count > 0 ? chosen : [0];
    }

    /// <summary>Reads a register.</summary>
    /// <param name="files">The host.</param>
    /// <param name="cpus">From <see cref="OneCpuOfEachPackage"/>.</param>
    /// <param name="msr">Its number.</param>
    public static Reading<ulong> Read(HostFiles files, IReadOnlyList<int> cpus, uint msr)
    {
        var values = new ulong[cpus.Count];
        for (int i = 0; i < cpus.Count; i++)
        {
            Reading<ulong> one = ReadOne(files, cpus[i], msr);
            if (!one.TryGet(out values[i]))
            {
                return one;
            }
        }

        string source = $"{PathOf(cpus[0])}{(cpus.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {cpus.Count - 1} more {(cpus.Count == 2 ? "package" : "packages")}"))}, MSR {Hex.Plain(msr)}";
        return values.Distinct().Count() == 1
            ? Reading.Known(values[0], files.Provenance, source)
            : Reading.Unreadable<ulong>(
                source,
                $"The packages disagree about MSR {Hex.Plain(msr)}: {string.Join(", ", cpus.Zip(values, (cpu, value) => string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} has {Hex.Plain(value)}")))}.",
                "Update the BIOS, and set memory encryption and TDX up alike for all packages: TDX does not start otherwise.");
    }

    private static Reading<ulong> ReadOne(HostFiles files, int cpu, uint msr)
    {
        var source = new HostSource(PathOf(cpu), "There is no device for MSRs: the kernel module msr is not loaded, or a container does not have the device.", "Load it with 'modprobe msr'; a container needs the host's /dev/cpu.", "CAP_SYS_RAWIO");
        HostAccess access = files.ReadAt(source.Path, msr, RegisterBytes);
        return access.Error switch
        {
            { Failure: AccessFailure.Refused } => Reading.NotOffered<ulong>(source.Path, "The processor refuses this register: it has none of that number, or a hypervisor hides it."),
            { } error => source.Unread<ulong>(error),
            null when access.Content!.Length == RegisterBytes => Reading.Known(BinaryPrimitives.ReadUInt64LittleEndian(access.Content), files.Provenance, source.Path),
            null => source.Malformed<ulong>(string.Create(CultureInfo.InvariantCulture, $"MSR {Hex.Plain(msr)} has {access.Content!.Length} bytes, not {RegisterBytes}.")),
        };
    }

    private static IReadOnlyList<int> CpusOf(HostFiles files, string path) =>
        new HostSource(path, "sysfs does not show it.", "").Read(files, IndexList.Parse).Or([])!;

    private static string PathOf(int cpu) => string.Create(CultureInfo.InvariantCulture, $"/dev/cpu/{cpu}/msr");
}
