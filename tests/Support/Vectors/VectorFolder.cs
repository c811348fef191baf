namespace TdxDash.Testing;

/// <summary>The folder of vectors: the one that TDXDASH_VECTORS names, the repository's own by default.</summary>
internal static class VectorFolder
{
    private const string Variable = "TDXDASH_VECTORS";

    /// <summary>Whether the repository's own vectors are meant, of which none may be missing.</summary>
    public static bool IsOwn => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    public static string Path => IsOwn ? Repository.Data("vectors") : Environment.GetEnvironmentVariable(Variable)!;

    /// <summary>The cases of one kind: the lines of all files <c>KIND*.jsonl</c>, in order of their names.</summary>
    public static IEnumerable<string> Cases(string kind) =>
        Directory.GetFiles(Path, kind + "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0);
}
