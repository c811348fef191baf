using System.Security.Cryptography;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Engine;

/// <summary>Inputs that once broke a promise. They stay in tests/data/fuzz and are tried first from then on.</summary>
internal static class Findings
{
    public static IReadOnlyList<string> Of(FuzzTarget target)
    {
        string folder = Repository.Data("fuzz", target.Name);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.bin").Order(StringComparer.Ordinal)] : [];
    }

    /// <returns>The file's path.</returns>
    public static string Keep(FuzzTarget target, byte[] input)
    {
        string folder = Repository.Data("fuzz", target.Name);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16] + ".bin");
        File.WriteAllBytes(path, input);
        return path;
    }
}
