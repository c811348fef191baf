using System.Reflection;

namespace TdxDash.Testing;

/// <summary>Where the repository and its test data lie.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!;

    public static string Data(params string[] parts) => Path.Combine([Root, "tests", "data", .. parts]);
}
