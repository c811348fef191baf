namespace TdxDash.Tdx.Metadata;

/// <summary>A published release of the TDX module.</summary>
/// <param name="Version">The version.</param>
/// <param name="Published">The date in its signature; null where only its name is known.</param>
/// <param name="Families">The CPU families that load it, by short name.</param>
public sealed record ModuleRelease(ModuleVersion Version, DateOnly? Published, IReadOnlyList<string> Families);

/// <summary>Published releases of the TDX module for each CPU family. Versions of different families are never compared: 1.5.25 is no
/// successor of 1.5.24, which is for other CPUs.</summary>
public static class ModuleReleases
{
    /// <summary>Where the list comes from, for people.</summary>
    public const string Source = "Intel's tdx-module-binaries of December 2025 (CPU families by each file's signature), and the newest release named in public for each family by mid-2026";

    private static readonly string[] SprEmr = ["SPR", "EMR"], SprEmrSrf = ["SPR", "EMR", "SRF"], Gnr = ["GNR"], Srf = ["SRF"];

    /// <summary>Every release that is known, in order. 1.5.20 is left out: it is named in public, but not for which CPUs.</summary>
    public static IReadOnlyList<ModuleRelease> All { get; } =
    [
        new(new(1, 5, 1), new(2023, 10, 8), SprEmr),
        new(new(1, 5, 5), new(2024, 1, 29), SprEmrSrf),
        new(new(1, 5, 6), new(2024, 4, 7), SprEmrSrf),
        new(new(1, 5, 8), new(2024, 7, 25), SprEmrSrf),
        new(new(1, 5, 9), new(2024, 9, 12), SprEmrSrf),
        new(new(1, 5, 13), new(2025, 2, 7), SprEmrSrf),
        new(new(1, 5, 16), new(2025, 2, 19), SprEmrSrf),
        new(new(1, 5, 24), null, SprEmr),
        new(new(1, 5, 25), null, Srf),
        new(new(2, 0, 2), new(2024, 8, 14), Gnr),
        new(new(2, 0, 4), new(2025, 1, 9), Gnr),
        new(new(2, 0, 5), new(2025, 1, 23), Gnr),
        new(new(2, 0, 8), new(2025, 3, 25), Gnr),
        new(new(2, 0, 14), null, Gnr),
    ];

    /// <summary>The releases for a CPU family that are newer than a version, oldest first. There may be more than are known.</summary>
    /// <param name="family">The family's short name, for example <c>EMR</c>.</param>
    /// <param name="version">The version that runs.</param>
    /// <returns>The newer ones; null where no release for the family is known, so that nothing can be said.</returns>
    public static IReadOnlyList<ModuleRelease>? NewerThan(string family, ModuleVersion version)
    {
        IReadOnlyList<ModuleRelease> ladder = [.. All.Where(release => release.Families.Contains(family))];
        return ladder.Count == 0 ? null : [.. ladder.Where(release => release.Version.CompareTo(version) > 0)];
    }
}
