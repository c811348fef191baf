using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>A TDX module version.</summary>
/// <param name="Major">MAJOR_VERSION.</param>
/// <param name="Minor">MINOR_VERSION.</param>
/// <param name="Update">UPDATE_VERSION.</param>
public readonly record struct ModuleVersion(int Major, int Minor, int Update)
{
    /// <summary>Orders by major, minor and update version. It says nothing about versions for different CPU families.</summary>
    public int CompareTo(ModuleVersion other) => (Major, Minor, Update).CompareTo((other.Major, other.Minor, other.Update));

    /// <summary>As Linux 7.2 prints it: the update with two digits, <c>1.5.08</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Update:00}");

    /// <summary>Parses <c>major.minor.update</c>, as <c>/sys/devices/faux/tdx_host/version</c> holds it; each part is at most 65535.</summary>
    /// <returns>Whether the text was of that form.</returns>
    public static bool TryParse(string? text, out ModuleVersion version)
    {
        string[] parts = text is { Length: <= 32 } ? text.Trim().Split('.') : [];
        Span<int> numbers = stackalloc int[3];
        bool ok = parts.Length == 3;
        for (int i = 0; ok && i < 3; i++)
        {
            ok = ushort.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ushort part);
            numbers[i] = part;
        }

        version = ok ? new ModuleVersion(numbers[0], numbers[1], numbers[2]) : default;
        return ok;
    }
}

/// <summary>Which TDX module a host runs, from the best source that the snapshot has: the module itself, then sysfs, then the kernel log.</summary>
public sealed record ModuleIdentity
{
    /// <summary>The version.</summary>
    public required Reading<ModuleVersion> Version { get; init; }

    /// <summary>BUILD_NUM.</summary>
    public required Reading<int> BuildNumber { get; init; }

    /// <summary>BUILD_DATE.</summary>
    public required Reading<DateOnly> BuildDate { get; init; }

    /// <summary>VENDOR_ID; 0x8086 is Intel.</summary>
    public required Reading<uint> VendorId { get; init; }

    /// <summary>SYS_ATTRIBUTES; bit 31 marks a debug module.</summary>
    public required Reading<uint> Attributes { get; init; }

    /// <summary>TDX_FEATURES0.</summary>
    public required Reading<ulong> Features { get; init; }

    /// <summary>The used Convertible Memory Ranges.</summary>
    public required Reading<IReadOnlyList<AddressRange>> Cmrs { get; init; }

    /// <summary>The CPUID leaves of which the host can configure bits for a TD.</summary>
    public Reading<IReadOnlyList<CpuidConfigEntry>> CpuidConfig { get; init; } = Reading.NotOffered<IReadOnlyList<CpuidConfigEntry>>("", "");

    /// <summary>The limits that decide the TDMR layout.</summary>
    public required Reading<TdmrLimits> Limits { get; init; }

    /// <summary>Works it out.</summary>
    public static ModuleIdentity From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return From(snapshot.Module, snapshot.Kernel, snapshot.Platform);
    }

    /// <summary>Works it out before the snapshot is whole.</summary>
    /// <param name="module">What the module answered.</param>
    /// <param name="kernel">What the kernel says.</param>
    /// <param name="platform">What kernels before upstream support say in sysfs is taken from here; null where it is not read.</param>
    public static ModuleIdentity From(ModuleFacts module, KernelTdxFacts kernel, PlatformFacts? platform = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(kernel);
        return From(module, kernel, platform, kernel.LogLines.Map(KernelLogFacts.From));
    }

    /// <summary>Works it out where the kernel log was understood already.</summary>
    internal static ModuleIdentity From(ModuleFacts module, KernelTdxFacts kernel, PlatformFacts? platform, Reading<KernelLogFacts> facts)
    {
        var read = new ModuleMetadata(module.Metadata);
        var log = new LoggedValues(facts);
        var old = new SysfsValues(platform?.SysfsModule ?? Reading.NotOffered<SysfsModule>("sysfs", "It was not read."));
        return new ModuleIdentity
        {
            Version = Best(read.Version, SysfsVersion(kernel.ModuleVersion), old.Version, log.Version),
            BuildNumber = Best(read.Number("BUILD_NUM", value => (int)value), old.Get(facts => facts.BuildNumber), log.Get("the module's build number", facts => facts.BuildNumber)),
            BuildDate = Best(read.BuildDate, old.Get(facts => facts.BuildDate), log.Get("the module's build date", facts => facts.BuildDate)),
            VendorId = Best(read.Number("VENDOR_ID", value => (uint)value), old.Get(facts => facts.VendorId), log.Get("the module's vendor", facts => facts.VendorId)),
            Attributes = Best(read.Number("SYS_ATTRIBUTES", value => (uint)value), old.Get(facts => facts.Attributes), log.Get("the module's attributes", facts => facts.Attributes)),
            Features = read.Number("TDX_FEATURES0", value => value),
            Cmrs = Best(read.Cmrs, log.Get<IReadOnlyList<AddressRange>>("the CMRs", facts => facts.Cmrs.Count > 0 ? facts.Cmrs : null)),
            CpuidConfig = read.CpuidConfig,
            Limits = read.Limits,
        };
    }

    // The module's own reason is kept when nothing is known: it names the way that would give every value.
    private static Reading<T> Best<T>(Reading<T> first, params ReadOnlySpan<Reading<T>> others)
    {
        if (!first.IsKnown)
        {
            foreach (Reading<T> other in others)
            {
                if (other.IsKnown)
                {
                    return other;
                }
            }
        }

        return first;
    }

    private static Reading<ModuleVersion> SysfsVersion(Reading<string> text)
    {
        if (!text.TryGet(out string? value))
        {
            return text.Map(_ => default(ModuleVersion));
        }

        return ModuleVersion.TryParse(value, out ModuleVersion version)
            ? text.Map(_ => version)
            : Reading.Unreadable<ModuleVersion>(text.Source, $"'{value}' is not of the form major.minor.update.", "Check that the running kernel is 7.2 or newer.");
    }
}
