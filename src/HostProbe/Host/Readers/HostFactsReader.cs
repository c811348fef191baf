using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the machine's and its kernel's names: host name, distribution, kernel, DMI.</summary>
internal static class HostFactsReader
{
    private const string ProcRemedy = "Mount procfs on /proc.";
    private const string NoProc = "procfs is not mounted.";
    private const string DmiFolder = "/sys/class/dmi/id/";

    private static readonly HostSource Name = new("/proc/sys/kernel/hostname", NoProc, ProcRemedy);
    private static readonly HostSource Release = new("/proc/sys/kernel/osrelease", NoProc, ProcRemedy);
    private static readonly HostSource CommandLine = new("/proc/cmdline", NoProc, ProcRemedy);
    private static readonly HostSource BootIdSource = new("/proc/sys/kernel/random/boot_id", NoProc, ProcRemedy);
    private static readonly HostSource OsRelease = new("/etc/os-release", "The distribution has no os-release file.", "");
    private static readonly HostSource DmiSource = new(DmiFolder.TrimEnd('/'), "", "");
    private static readonly HostSource OsReleaseOfUsr = OsRelease with { Path = "/usr/lib/os-release" };

    /// <summary>Reads everything.</summary>
    public static HostFacts Read(HostFiles files) => new()
    {
        Name = Name.Read(files, HostSource.FirstLine),
        OperatingSystem = OperatingSystem(files),
        KernelRelease = Release.Read(files, HostSource.FirstLine),
        KernelCommandLine = CommandLine.Read(files, HostSource.FirstLine),
        Cpu = CpuReader.Read(files),
        Product = Dmi(files, "product", "sys_vendor", "product_name"),
        Firmware = Dmi(files, "firmware", "bios_vendor", "bios_version", "bios_date"),
    };

    /// <summary>The kernel's boot id in 36 characters.</summary>
    public static Reading<string> BootId(HostFiles files) => BootIdSource.Read(files, text =>
        Guid.TryParseExact(text.Trim(), "D", out Guid id) ? id.ToString("D") : throw new FormatException($"'{HostSource.FirstLine(text)}' is no boot id."));

    private static Reading<string> OperatingSystem(HostFiles files)
    {
        Reading<string> first = OsRelease.Read(files, PrettyName);
        return first.State == ReadingState.NotOffered ? OsReleaseOfUsr.Read(files, PrettyName) : first;
    }

    private static string PrettyName(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
            {
                return HostSource.Bounded(line["PRETTY_NAME=".Length..].Trim().Trim('"').ToString());
            }
        }

        throw new FormatException("It has no PRETTY_NAME.");
    }

    private static Reading<string> Dmi(HostFiles files, string what, params string[] names) => DmiSource.Try(() => DmiLines(files, what, names));

    private static Reading<string> DmiLines(HostFiles files, string what, string[] names)
    {
        var parts = new List<string>();
        foreach (string name in names)
        {
            HostAccess access = files.Read(DmiFolder + name);
            if (access.Error is { Failure: not AccessFailure.Absent } error)
            {
                return new HostSource(DmiFolder + name, "", "").Unread<string>(error);
            }

            if (access.Error is null && HostSource.FirstLine(access.Text) is { Length: > 0 } text)
            {
                parts.Add(text);
            }
        }

        return parts.Count > 0
            ? Reading.Known(HostSource.Bounded(string.Join(' ', parts)), files.Provenance, DmiSource.Path)
            : Reading.NotOffered<string>(DmiSource.Path, $"The firmware gives the kernel no DMI {what} (common in small virtual machines).");
    }
}
