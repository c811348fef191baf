namespace TdxDash.HostProbe.Journal;

/// <summary>Which SQLite libraries may hold a journal.</summary>
internal static class SqliteLibrary
{
    // SQLite's own numbers: 3.51.3 is 3051003.
    private const int Fixed = 3_051_003;
    private const int Withdrawn = 3_052_000;
    private const int FixedIn44 = 3_044_006;
    private const int FixedIn50 = 3_050_007;

    /// <summary>Judges a library by its version number.</summary>
    /// <param name="version">As <c>sqlite3_libversion_number()</c> gives it.</param>
    /// <returns>Null, or why it is refused and what to do.</returns>
    public static string? Refusal(int version)
    {
        bool isFixed = (version >= Fixed && version != Withdrawn) || IsPatchOf(version, FixedIn44) || IsPatchOf(version, FixedIn50);
        return isFixed ? null
            : $"The SQLite library is {Text(version)}; releases before 3.51.3 can corrupt a database in WAL mode. Use the library that tdxprobe is shipped with.";
    }

    private static bool IsPatchOf(int version, int fixedVersion) => version >= fixedVersion && version / 1000 == fixedVersion / 1000;

    private static string Text(int version) => $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}";
}
