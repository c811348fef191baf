namespace TdxDash.Web.Security.Access;

/// <summary>Where to go after a sign-in: a path of the dashboard and never another site (open redirect, CWE-601).</summary>
internal static class LocalPath
{
    private const int MostCharacters = 4_096;

    /// <summary>Takes a path from outside.</summary>
    /// <returns>It, or the fleet's page where it is none.</returns>
    public static string Of(string? path) =>
        path is { Length: > 0 and <= MostCharacters } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : "/";
}
