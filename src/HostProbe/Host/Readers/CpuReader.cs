using System.Globalization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the processor from <c>/proc/cpuinfo</c>.</summary>
internal static class CpuReader
{
    private static readonly HostSource Source = new("/proc/cpuinfo", "procfs is not mounted.", "Mount procfs on /proc.");
    private static readonly string[] Flags = ["tdx_host_platform", "vmx", "hypervisor", "movdir64b", "tme", "xsave", "ss"];
    private static readonly string[] Bugs = ["tdx_pw_mce", "seamret_invd_vmcs"];

    /// <summary>Reads the first processor in full, and counts the others.</summary>
    public static Reading<CpuFacts> Read(HostFiles files) => Source.Understand(files, text => Parse(text, files.Provenance));

    private static Reading<CpuFacts> Parse(string text, Provenance provenance)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var packages = new HashSet<string>(StringComparer.Ordinal);
        int processors = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int colon = line.IndexOf(':');
            if (colon < 0)
            {
                continue;
            }

            ReadOnlySpan<char> name = line[..colon].Trim();
            ReadOnlySpan<char> value = line[(colon + 1)..].Trim();
            processors += name is "processor" ? 1 : 0;
            if (name is "physical id")
            {
                packages.Add(value.ToString());
            }

            if (processors == 1)
            {
                first.TryAdd(name.ToString(), value.ToString());
            }
        }

        return first.TryGetValue("vendor_id", out string? vendor)
            ? Reading.Known(Facts(first, vendor, processors, Math.Max(1, packages.Count)), provenance, Source.Path)
            : Source.Malformed<CpuFacts>("It names no processor vendor.");
    }

    private static CpuFacts Facts(Dictionary<string, string> first, string vendor, int processors, int packages)
    {
        string[] flags = first.GetValueOrDefault("flags", "").Split(' ');
        string[] bugs = first.GetValueOrDefault("bugs", "").Split(' ');
        return new CpuFacts
        {
            Vendor = HostSource.Bounded(vendor),
            ModelName = HostSource.Bounded(first.GetValueOrDefault("model name", "")),
            Family = Number(first, "cpu family"),
            Model = Number(first, "model"),
            Stepping = Number(first, "stepping"),
            Microcode = HostSource.Bounded(first.GetValueOrDefault("microcode", "")),
            LogicalCpus = processors,
            Packages = packages,
            PhysicalAddressBits = AddressBits(first.GetValueOrDefault("address sizes", "")),
            TdxFlags = [.. Flags.Where(flags.Contains)],
            TdxBugs = [.. Bugs.Where(bugs.Contains)],
        };
    }

    // 'stepping : unknown' is what the kernel prints for 0 on old processors.
    private static int Number(Dictionary<string, string> first, string name) =>
        int.TryParse(first.GetValueOrDefault(name, "0"), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;

    private static int AddressBits(string sizes) =>
        int.TryParse(sizes.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits : 0;
}
