using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The sources that could not be read, with what to do.</summary>
internal static class UnreadSection
{
    public static void Write(ReportPage page, Snapshot snapshot)
    {
        IReadOnlyList<Unread> unread = [.. Host(snapshot.Host).Concat(Platform(snapshot)).Concat(Kernel(snapshot.Kernel)).Concat(Interfaces(snapshot.Platform)).OfType<Unread>().Distinct()];
        if (unread.Count == 0)
        {
            return;
        }

        page.Heading("Could not be read");
        foreach (Unread entry in unread)
        {
            page.Line(entry.Source);
            page.Wrapped("    ", entry.Reason);
            page.Wrapped("    Remedy  ", entry.Remedy);
        }
    }

    private static IEnumerable<Unread?> Host(HostFacts host) =>
    [
        Of(host.Name), Of(host.OperatingSystem), Of(host.KernelRelease), Of(host.KernelCommandLine), Of(host.Cpu), Of(host.Product), Of(host.Firmware),
    ];

    private static IEnumerable<Unread?> Platform(Snapshot snapshot) =>
    [
        Of(snapshot.Memory.Map), Of(snapshot.Memory.Nodes), Of(snapshot.Memory.FirmwareMap), Of(snapshot.Module.Transport), Of(snapshot.Module.Metadata),
    ];

    private static IEnumerable<Unread?> Kernel(KernelTdxFacts kernel) =>
    [
        Of(kernel.KvmIntelTdx), Of(kernel.ModuleVersion), Of(kernel.SeamldrVersion), Of(kernel.RemainingUpdates), Of(kernel.KeyIdCapacity), Of(kernel.LogLines),
    ];

    private static IEnumerable<Unread?> Interfaces(PlatformFacts? platform) => platform is null ? [] :
    [
        Of(platform.KeyIdPartitioning), Of(platform.TmeCapability), Of(platform.TmeActivate), Of(platform.SeamrrBase), Of(platform.SeamrrMask), Of(platform.KvmTdx),
        Of(platform.ModuleUpdate), Of(platform.KeyIdsInUse), Of(platform.KeyIdLimitHits), Of(platform.SysfsModule), Of(platform.MemoryBlocks), Of(platform.AttestationServices),
    ];

    private static Unread? Of<T>(Reading<T> reading) =>
        reading.State == ReadingState.Unreadable ? new Unread(reading.Source, reading.Reason, reading.Remedy) : null;

    private sealed record Unread(string Source, string Reason, string Remedy);
}
