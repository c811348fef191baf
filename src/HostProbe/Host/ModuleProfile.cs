namespace TdxDash.HostProbe.Host;

/// <summary>The file that an emulated module answers from.</summary>
/// <param name="Name">The name without folder and extension, for example <c>tdx-1.5.08-emr</c>.</param>
/// <param name="Path">The file.</param>
public sealed record ModuleProfile(string Name, string Path)
{
    /// <summary>The profile that is used where none is named.</summary>
    public const string Default = "tdx-1.5.08-emr";

    /// <summary>The folder of the profiles that come with the probe.</summary>
    public static string ShippedFolder { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "profiles");

    /// <summary>The profiles of a folder, by name.</summary>
    public static IReadOnlyList<ModuleProfile> In(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => new ModuleProfile(System.IO.Path.GetFileNameWithoutExtension(path), path))]
        : [];

    /// <summary>Finds a profile by the name of a shipped one, or by path.</summary>
    /// <param name="nameOrPath">What the user gave; anything with a slash is a path.</param>
    /// <param name="folder">The folder of shipped profiles.</param>
    /// <returns>The profile; null where there is no shipped one of that name. A path is not looked at yet.</returns>
    public static ModuleProfile? Find(string nameOrPath, string folder)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        return nameOrPath.Contains('/', StringComparison.Ordinal)
            ? new ModuleProfile(System.IO.Path.GetFileNameWithoutExtension(nameOrPath), nameOrPath)
            : In(folder).FirstOrDefault(profile => profile.Name == nameOrPath || System.IO.Path.GetFileName(profile.Path) == nameOrPath);
    }

    /// <summary>What to tell a user who named a profile that does not exist.</summary>
    public static string Unknown(string nameOrPath, string folder)
    {
        IReadOnlyList<ModuleProfile> known = In(folder);
        return known.Count > 0
            ? $"There is no profile '{nameOrPath}'. Use one of: {string.Join(", ", known.Select(profile => profile.Name))}; or the path of a file, with a slash in it."
            : $"There is no profile '{nameOrPath}', and no profile in {folder}. Give the path of a profile file, with a slash in it.";
    }
}
