using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Whether a release can be reached while the host and its TDs run.</summary>
public enum UpdateReach
{
    /// <summary>Nothing that is known stands in the way.</summary>
    Reachable,

    /// <summary>Something stands in the way: it takes a reboot with the new module.</summary>
    NeedsReboot,

    /// <summary>What it needs is not known.</summary>
    NotKnown,
}

/// <summary>The way from a running module to a release by a runtime update (Linux 7.2, /sys/class/firmware/tdx_module), which keeps TDs, TDMRs and PAMTs.</summary>
/// <param name="Release">The release.</param>
/// <param name="Reach">Whether it can be reached.</param>
/// <param name="Reason">Why, and what has yet to be checked, in a sentence.</param>
public sealed record RuntimeUpdate(ModuleRelease Release, UpdateReach Reach, string Reason)
{
    /// <summary>Judges by the versions alone, as it can be done for a fleet.</summary>
    /// <param name="release">The release, newer than what runs.</param>
    /// <param name="running">The version that runs.</param>
    public static RuntimeUpdate Of(ModuleRelease release, ModuleVersion running)
    {
        ArgumentNullException.ThrowIfNull(release);
        return (release.Version.Major, release.Version.Minor) != (running.Major, running.Minor)
                ? new(release, UpdateReach.NeedsReboot, $"A runtime update keeps major and minor version, {running.Major}.{running.Minor}.")
            : release.UpdateFrom is not { } from ? new(release, UpdateReach.NotKnown, "From which versions a runtime update leads there is not known.")
            : running.CompareTo(from) < 0 ? new(release, UpdateReach.NeedsReboot, $"A runtime update leads there from {from} on, not from {running}.")
            : new(release, UpdateReach.Reachable, $"A runtime update leads there from {from} on.");
    }

    /// <summary>Judges by all that a host says.</summary>
    /// <param name="release">The release, newer than what runs.</param>
    /// <param name="running">The version that runs.</param>
    /// <param name="remaining">How many updates the P-SEAMLDR still has room for.</param>
    /// <param name="seamldr">The P-SEAMLDR's version.</param>
    public static RuntimeUpdate Of(ModuleRelease release, ModuleVersion running, Reading<int> remaining, Reading<string> seamldr)
    {
        ArgumentNullException.ThrowIfNull(remaining);
        ArgumentNullException.ThrowIfNull(seamldr);
        RuntimeUpdate byVersion = Of(release, running);
        if (byVersion.Reach == UpdateReach.NeedsReboot)
        {
            return byVersion;
        }

        if (remaining.TryGet(out int left) && left <= 0)
        {
            return byVersion with { Reach = UpdateReach.NeedsReboot, Reason = "The P-SEAMLDR has room for no further update before a reboot." };
        }

        bool isLoaderKnown = ModuleVersion.TryParse(seamldr.Or(null), out ModuleVersion loader);
        if (isLoaderKnown && release.Seamldr.Count > 0 && !release.Seamldr.Any(least => (least.Major, least.Minor) == (loader.Major, loader.Minor) && loader.CompareTo(least) >= 0))
        {
            return byVersion with { Reach = UpdateReach.NeedsReboot, Reason = $"It needs P-SEAMLDR {Versions(release)}, and {loader} runs; a new one comes with the BIOS." };
        }

        List<string> open = [];
        if (!remaining.IsKnown)
        {
            open.Add("that updates are left");
        }

        if (!isLoaderKnown && release.Seamldr.Count > 0)
        {
            open.Add($"that P-SEAMLDR is {Versions(release)}");
        }

        return open.Count == 0 ? byVersion : byVersion with { Reason = $"{byVersion.Reason} Check first {string.Join(" and ", open)}: this host does not say." };
    }

    private static string Versions(ModuleRelease release) => string.Join(" or ", release.Seamldr.Select(version => $"{version} or a newer {version.Major}.{version.Minor}"));
}
