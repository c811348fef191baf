using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>Writes a readable report of one host.</summary>
public static class HostReport
{
    private const int ShownChecks = 3, ShownLogLines = 8;

    /// <summary>Writes the whole report.</summary>
    /// <param name="view">The host.</param>
    /// <param name="output">Where to.</param>
    /// <param name="style">Width and colours.</param>
    /// <param name="why">Whether to say of each reserved area why it exists.</param>
    public static void Write(HostView view, TextWriter output, TerminalStyle style, bool why = false)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);
        var page = new ReportPage(output, style);
        WriteHeader(page, view);
        WriteChecks(page, view.Verdict);
        WriteModule(page, view);
        WriteKernel(page, view.Snapshot.Kernel);
        PlatformSection.Write(page, view.Snapshot.Platform);
        MemorySection.Write(page, view.Snapshot.Memory);
        LayoutSection.Write(page, view.Snapshot);
        if (why)
        {
            WhySection.Write(page, view.Snapshot);
        }

        UnreadSection.Write(page, view.Snapshot);
    }

    /// <summary>Writes the name, the state with its reason, and whether anything is emulated.</summary>
    internal static void WriteTitle(ReportPage page, HostView view)
    {
        page.Title($"{view.Snapshot.Host.Name.Or("unnamed host")}: {ReportWords.Of(view.Verdict.State)}");
        page.Wrapped(ReportPage.Indent, view.Verdict.Summary);
        if (OriginNote(view.Snapshot) is { } note)
        {
            page.Note(note);
        }
    }

    private static void WriteHeader(ReportPage page, HostView view)
    {
        HostFacts host = view.Snapshot.Host;
        WriteTitle(page, view);
        page.Heading("Machine");
        page.Field("Processor", host.Cpu, Processor);
        page.Field("TDX flags", host.Cpu, cpu => Words(cpu.TdxFlags));
        page.Field("TDX errata", host.Cpu, cpu => Words(cpu.TdxBugs));
        page.Field("Operating system", host.OperatingSystem, text => text);
        page.Field("Kernel", host.KernelRelease, text => text);
        page.Field("Product", host.Product, text => text);
        page.Field("BIOS", host.Firmware, text => text);
    }

    private static string? OriginNote(Snapshot snapshot) => snapshot.Origin switch
    {
        Origin.Demo => "Demo machine: everything about it is made up and emulated.",
        Origin.File when snapshot.Report is not null => "Reported by file: what the file does not say is not known.",
        Origin.File => "Shown from a capture file: this is not necessarily the machine in front of you.",
        _ when snapshot.Module.Transport.IsKnown && snapshot.Module.Transport.Provenance == Provenance.Emulated =>
            "The TDX module is emulated: what it answers says nothing about this machine's own.",
        _ => null,
    };

    private static string Processor(CpuFacts cpu) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cpu.ModelName} ({cpu.Vendor} family {cpu.Family} model {cpu.Model} stepping {cpu.Stepping}, microcode {(cpu.Microcode.Length > 0 ? cpu.Microcode : "not known")}), {cpu.Packages} {(cpu.Packages == 1 ? "socket" : "sockets")}, {cpu.LogicalCpus} logical CPUs, {cpu.PhysicalAddressBits} address bits");

    private static string Words(IReadOnlyList<string> words) => words.Count > 0 ? string.Join(' ', words) : "none";

    private static void WriteChecks(ReportPage page, Verdict verdict)
    {
        IReadOnlyList<Check> failed = verdict.TopFailures(ShownChecks);
        if (failed.Count == 0)
        {
            return;
        }

        page.Heading(verdict.State == TdxState.Ready ? "Could be better" : "What to look at first");
        for (int i = 0; i < failed.Count; i++)
        {
            page.Wrapped($"  {i + 1}. ", failed[i].Title);
            page.Wrapped("     Seen    ", failed[i].Evidence);
            page.Wrapped("     Why     ", failed[i].Why);
            page.Wrapped("     Remedy  ", failed[i].Remedy);
        }
    }

    private static void WriteModule(ReportPage page, HostView view)
    {
        ModuleIdentity module = view.Module;
        Reading<string> transport = view.Snapshot.Module.Transport;
        page.Heading("TDX module");
        page.Field("Answered by", transport, text => text);
        if (view.Snapshot.Module.TakenAcrossUpdate)
        {
            page.Wrapped("  Warning: ", "taken across an update: version or build changed each time that the metadata was read, so its fields may be those of more than one module. Take another snapshot.");
        }

        // Where nobody answers, every field lacks its value for the one reason that was just said.
        void Field<T>(string label, Reading<T> reading, Func<T, string> format)
        {
            if (reading.IsKnown || reading.Reason != transport.Reason)
            {
                page.Field(label, reading, format);
            }
        }

        Field("Version", module.Version, version => version.ToString());
        Field("Build number", module.BuildNumber, number => number.ToString(CultureInfo.InvariantCulture));
        Field("Build date", module.BuildDate, date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Field("Vendor", module.VendorId, id => id == 0x8086 ? "0x8086 (Intel)" : $"0x{id:x}");
        Field("Attributes", module.Attributes, bits => $"0x{bits:x8}{((bits >> 31) != 0 ? " (debug module)" : "")}");
        Field("Features", module.Features, bits => Words([.. FeatureBits.Features0(bits).Where(bit => bit.IsSet).Select(bit => bit.Name)]));
        Field("Metadata", view.Snapshot.Module.Metadata, fields => $"{fields.Count} fields");
        Field("CMRs", module.Cmrs, cmrs => $"{cmrs.Count}: {string.Join(' ', cmrs.Select(cmr => cmr.ToString().Replace(", ", ",", StringComparison.Ordinal)))}");
    }

    private static void WriteKernel(ReportPage page, KernelTdxFacts kernel)
    {
        page.Heading("Kernel and TDX");
        page.Field("kvm_intel.tdx", kernel.KvmIntelTdx, on => on ? "Y" : "N");
        page.Field("tdx_host version", kernel.ModuleVersion, text => text);
        page.Field("P-SEAMLDR", kernel.SeamldrVersion, text => text);
        page.Field("Updates left", kernel.RemainingUpdates, count => count.ToString(CultureInfo.InvariantCulture));
        page.Field("TDX KeyIDs", kernel.KeyIdCapacity, count => count.ToString(CultureInfo.InvariantCulture));
        page.Field("Kernel log", kernel.LogLines, lines => lines.Count == 1 ? "1 line about TDX" : $"{lines.Count} lines about TDX");
        IReadOnlyList<string> log = kernel.LogLines.Or([])!;
        foreach (string line in log.Skip(Math.Max(0, log.Count - ShownLogLines)))
        {
            page.Wrapped("    | ", line);
        }
    }
}
