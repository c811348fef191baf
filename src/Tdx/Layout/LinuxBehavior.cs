using System.Globalization;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Layout;

/// <summary>What differs between kernels in how they lay TDX memory out and bring the module up.</summary>
public sealed record LinuxBehavior
{
    private static readonly (int Major, int Minor) FirstUpstream = (6, 8);
    private static readonly (int Major, int Minor) FirstFeatureCheck = (6, 14);
    private static readonly (int Major, int Minor) FirstBootTime = (7, 1);
    private static readonly (int Major, int Minor) FirstHostDevice = (7, 2);

    /// <summary>Upstream Linux since 6.8: one algorithm in every release so far.</summary>
    public static LinuxBehavior Upstream { get; } = new() { Name = "upstream Linux" };

    /// <summary>A name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Whether this line of kernels has TDX host support at all.</summary>
    public bool HasTdxHost { get; init; } = true;

    /// <summary>Where the holes come from.</summary>
    public HoleSource Holes { get; init; }

    /// <summary>Whether the 4 KiB level of the PAMT is a bitmap (Dynamic PAMT). Never chosen from a release, as no release
    /// is confirmed to have it: set it when the kernel log says <c>Enable Dynamic PAMT</c>.</summary>
    public bool DynamicPamt { get; init; }

    /// <summary>Whether a module without NO_RBP_MOD is refused (-EINVAL), since 6.14.</summary>
    public bool RefusesModuleWithoutNoRbpMod { get; init; }

    /// <summary>Whether the module is initialised at boot instead of by KVM, since 7.1.</summary>
    public bool InitializesAtBoot { get; init; }

    /// <summary>Whether there is a <c>tdx_host</c> device with run-time update, since 7.2.</summary>
    public bool HasTdxHostDevice { get; init; }

    /// <summary>Chooses by a kernel release as <c>uname -r</c> prints it, for example <c>6.8.0-1028-intel</c>.</summary>
    /// <returns>Upstream's ways where the release is not understood.</returns>
    public static LinuxBehavior For(string release)
    {
        ArgumentNullException.ThrowIfNull(release);
        if (!TryParse(release, out (int Major, int Minor) version))
        {
            return Upstream;
        }

        bool ubuntu2404Intel = version == FirstUpstream && IsUbuntuIntel(release);
        bool outOfTree = version == (6, 5) && release.EndsWith("-intel-opt", StringComparison.Ordinal);
        return new LinuxBehavior
        {
            Name = ubuntu2404Intel ? "Ubuntu 24.04 Intel kernel" : string.Create(CultureInfo.InvariantCulture, $"Linux {version.Major}.{version.Minor}"),
            HasTdxHost = version.CompareTo(FirstUpstream) >= 0 || outOfTree,
            Holes = ubuntu2404Intel ? HoleSource.Cmrs : HoleSource.MemoryList,
            RefusesModuleWithoutNoRbpMod = version.CompareTo(FirstFeatureCheck) >= 0,
            InitializesAtBoot = version.CompareTo(FirstBootTime) >= 0,
            HasTdxHostDevice = version.CompareTo(FirstHostDevice) >= 0,
        };
    }

    /// <summary>Chooses by a kernel release and by what the running kernel's log says.</summary>
    /// <param name="release">As for <see cref="For"/>.</param>
    /// <param name="logLines">The kernel's lines about TDX.</param>
    public static LinuxBehavior Of(string release, IReadOnlyList<string> logLines) =>
        For(release) with { DynamicPamt = KernelLogFacts.From(logLines).DynamicPamt };

    // Ubuntu's own form: 6.8.0-1028-intel, an ABI number between the version and the flavour.
    private static bool IsUbuntuIntel(string release)
    {
        string[] parts = release.Split('-');
        return parts.Length == 3 && parts[2] == "intel" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static bool TryParse(string release, out (int Major, int Minor) version)
    {
        string[] parts = release.Split('.', 3);
        version = default;
        if (parts.Length < 2)
        {
            return false;
        }

        int digits = parts[1].TakeWhile(char.IsAsciiDigit).Count();
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out version.Major)
            && int.TryParse(parts[1].AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out version.Minor);
    }
}
