namespace TdxDash.Tdx.Metadata;

/// <summary>A published release of the TDX module.</summary>
/// <param name="Version">The version.</param>
/// <param name="Published">The date in its signature; null where only its name is known.</param>
/// <param name="Families">The CPU families that load it, by short name; empty where that is not known.</param>
public sealed record ModuleRelease(ModuleVersion Version, DateOnly? Published, IReadOnlyList<string> Families)
{
    /// <summary>The oldest version that a runtime update to this one may start from while its TDs go on; null where that is not known.</summary>
    public ModuleVersion? UpdateFrom { get; init; }

    /// <summary>The P-SEAMLDR versions that load it: each stands for itself and newer updates of its major and minor version. Empty where that is not known.</summary>
    public IReadOnlyList<ModuleVersion> Seamldr { get; init; } = [];

    /// <summary>Where this is known from, for people.</summary>
    public string Source { get; init; } = "";

    /// <summary>What else a person should know; empty for nothing.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Published releases of the TDX module for each CPU family. Versions of different families are never compared: 1.5.25 is no successor of 1.5.24, which is for other
/// CPUs.</summary>
/// <param name="AsOf">The day or month that it tells of, <c>2026-06</c>.</param>
/// <param name="Releases">Every release that is known, in order.</param>
public sealed record ModuleCatalogue(string AsOf, IReadOnlyList<ModuleRelease> Releases)
{
    private const string Resource = "module-catalogue.json";

    private static readonly Lazy<ModuleCatalogue> Loaded = new(() => CatalogueReader.Read(ShippedBytes()));

    /// <summary>The list that this version came with.</summary>
    public static ModuleCatalogue Shipped => Loaded.Value;

    /// <summary>Where values come from that follow from it, for people.</summary>
    public string Source => $"the module catalogue as of {AsOf}";

    /// <summary>The CPU families that there are releases for, in order.</summary>
    public IReadOnlyList<string> Families { get; } = [.. Releases.SelectMany(release => release.Families).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The file of <see cref="Shipped"/>, as it is: a beginning for a list of one's own.</summary>
    public static byte[] ShippedBytes()
    {
        using Stream stream = typeof(ModuleCatalogue).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The releases for a CPU family, oldest first.</summary>
    /// <param name="family">The family's short name, for example <c>EMR</c>.</param>
    public IReadOnlyList<ModuleRelease> For(string family) => [.. Releases.Where(release => release.Families.Contains(family, StringComparer.Ordinal))];

    /// <summary>The releases for a CPU family that are newer than a version, oldest first. There may be more than are known.</summary>
    /// <param name="family">The family's short name.</param>
    /// <param name="version">The version that runs.</param>
    /// <returns>The newer ones; null where no release for the family is known, so that nothing can be said.</returns>
    public IReadOnlyList<ModuleRelease>? NewerThan(string family, ModuleVersion version)
    {
        IReadOnlyList<ModuleRelease> ladder = For(family);
        return ladder.Count == 0 ? null : [.. ladder.Where(release => release.Version.CompareTo(version) > 0)];
    }
}
