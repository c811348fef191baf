namespace TdxDash.Testing;

/// <summary>The folder of vectors: the one that TDXDASH_VECTORS names, the repository's own by default.</summary>
internal static class VectorFolder
{
    private const string Variable = "TDXDASH_VECTORS";

    /// <summary>Whether the repository's own vectors are meant, of which none may be missing.</summary>
    public static bool IsOwn => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    public static string Path => IsOwn ? Repository.Data("vectors") : Environment.GetEnvironmentVariable(Variable)!;

    /// <summary>The files of one kind, <c>KIND*.jsonl</c>, in order of their names.</summary>
    public static IReadOnlyList<string> Files(string kind) => [.. Directory.GetFiles(Path, kind + "*.jsonl").Order(StringComparer.Ordinal)];
}
