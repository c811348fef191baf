using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads what the kernel says about TDX: module parameter, <c>tdx_host</c> device, misc cgroup, kernel log.</summary>
internal static class KernelTdxReader
{
    private const string Device = "/sys/devices/faux/tdx_host/";

    private static readonly HostSource KvmIntel = new(
        "/sys/module/kvm_intel/parameters/tdx", "kvm_intel is not loaded, or the kernel is older than 6.16.", "Use a kernel from 6.16 with CONFIG_KVM_INTEL_TDX and load kvm_intel.");
    private static readonly HostSource Version = new(
        Device + "version", "The tdx_host device is absent: no TDX module runs, or the kernel is older than 7.2.", "Use a kernel from 7.2 with the tdx-host module, or read the version from the kernel log.");
    private static readonly HostSource Seamldr = new(
        Device + "seamldr_version", "The kernel hides it: no TDX module runs, it cannot be updated at run time, or the kernel is older than 7.2.", "");
    private static readonly HostSource Updates = new(
        Device + "num_remaining_updates", "The kernel hides it: no TDX module runs, it cannot be updated at run time, or the kernel is older than 7.2.", "");
    private static readonly HostSource Log = new(
        HostFiles.KernelLog, "There is no kernel log device here, as in most containers.", "Give the probe the host's /dev/kmsg.", "CAP_SYSLOG, or set kernel.dmesg_restrict to 0");

    /// <summary>Reads everything.</summary>
    /// <param name="files">The host.</param>
    /// <param name="tdxLines">Picks the lines that speak of TDX out of a whole log.</param>
    public static KernelTdxFacts Read(HostFiles files, Func<string, IReadOnlyList<string>> tdxLines) => new()
    {
        KvmIntelTdx = KvmIntel.Read(files, Switch),
        ModuleVersion = Lost(Version.Read(files, HostSource.FirstLine)),
        SeamldrVersion = Lost(Seamldr.Read(files, HostSource.FirstLine)),
        RemainingUpdates = Lost(Updates.Read(files, text => int.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture))),
        KeyIdCapacity = MiscReader.Capacity(files),
        LogLines = Log.Understand(files, text => Reading.Known(tdxLines(text), files.Provenance, LogSource(text))),
    };

    // Without numbers, which would make another snapshot of each further record that is overwritten.
    private static string LogSource(string log)
    {
        var numbers = RecordNumbers.Of(log);
        return Log.Path + (numbers.LacksBeginning ? ", its beginning overwritten" : "") + (numbers.Missing > 0 ? ", records missing in between" : "");
    }

    private static bool Switch(string text) => text.Trim() switch
    {
        "Y" or "1" => true,
        "N" or "0" => false,
        _ => throw new FormatException($"'{HostSource.FirstLine(text)}' is neither Y nor N."),
    };

    // After a failed run-time update the module is gone until the next boot, and these files answer ENXIO.
    private static Reading<T> Lost<T>(Reading<T> reading) =>
        reading.State == ReadingState.Unreadable && reading.Reason.Contains("no such device", StringComparison.Ordinal)
            ? Reading.Unreadable<T>(reading.Source, "The kernel answered ENXIO: the TDX module was lost, as after a failed update.", "Restart the machine.")
            : reading;
}
