using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The sources that could not be read, with what to do.</summary>
internal static class UnreadSection
{
    public static void Write(ReportPage page, Snapshot snapshot)
    {
        var unread = new List<(string Source, string Reason, string Remedy)>();
        void Look<T>(Reading<T> reading)
        {
            var entry = (reading.Source, reading.Reason, reading.Remedy);
            if (reading.State == ReadingState.Unreadable && !unread.Contains(entry))
            {
                unread.Add(entry);
            }
        }

        HostFacts host = snapshot.Host;
        Look(host.Name);
        Look(host.OperatingSystem);
        Look(host.KernelRelease);
        Look(host.KernelCommandLine);
        Look(host.Cpu);
        Look(host.Product);
        Look(host.Firmware);
        Look(snapshot.Memory.Map);
        Look(snapshot.Memory.Nodes);
        Look(snapshot.Memory.FirmwareMap);
        Look(snapshot.Module.Transport);
        Look(snapshot.Module.Metadata);
        KernelTdxFacts kernel = snapshot.Kernel;
        Look(kernel.KvmIntelTdx);
        Look(kernel.ModuleVersion);
        Look(kernel.SeamldrVersion);
        Look(kernel.RemainingUpdates);
        Look(kernel.KeyIdCapacity);
        Look(kernel.LogLines);
        if (unread.Count == 0)
        {
            return;
        }

        page.Heading("Could not be read");
        foreach ((string source, string reason, string remedy) in unread)
        {
            page.Line(source);
            page.Wrapped("    ", reason);
            page.Wrapped("    Remedy  ", remedy);
        }
    }
}
