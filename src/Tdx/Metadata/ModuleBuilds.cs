namespace TdxDash.Tdx.Metadata;

/// <summary>Published builds of the TDX module: kernels up to Ubuntu 24.04's print the build number but no update version.</summary>
internal static class ModuleBuilds
{
    private static readonly Dictionary<int, ModuleVersion> Versions = new()
    {
        [160] = new(1, 0, 0),
        [342] = new(1, 0, 0),
        [457] = new(1, 0, 0),
        [481] = new(1, 5, 0),
        [595] = new(1, 5, 1),
        [698] = new(1, 5, 5),
        [744] = new(1, 5, 6),
        [784] = new(1, 5, 8),
        [882] = new(2, 0, 8),
    };

    /// <summary>The version of a build, where the printed major and minor version agree with it; null otherwise.</summary>
    public static ModuleVersion? Find(int major, int minor, int build) =>
        Versions.TryGetValue(build, out ModuleVersion version) && version.Major == major && version.Minor == minor ? version : null;
}
