using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store;

/// <summary>Refuses SQLite libraries that can corrupt a WAL database (the WAL-reset race, sqlite.org/wal.html).</summary>
internal static class SqliteLibrary
{
    /// <summary>The version of the library that was loaded.</summary>
    public static string LoadedVersion()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    /// <summary>Whether a version has the fix: 3.51.3 and later, and the backports 3.44.6 and 3.50.7; 3.52.0 was withdrawn.</summary>
    public static bool IsSafe(string version)
    {
        if (!Version.TryParse(version, out Version? parsed))
        {
            return false;
        }

        return (parsed.Major, parsed.Minor) switch
        {
            (3, 44) => parsed.Build >= 6,
            (3, 50) => parsed.Build >= 7,
            (3, 51) => parsed.Build >= 3,
            (3, 52) => parsed.Build >= 1,
            _ => parsed >= new Version(3, 53, 0),
        };
    }

    /// <exception cref="StartRefusedException">The library has the fault.</exception>
    public static void Require(string version)
    {
        if (!IsSafe(version))
        {
            throw new StartRefusedException($"The SQLite library that was loaded is {version}, which can corrupt the database (WAL-reset race, fixed in 3.51.3). "
                + "Run the dashboard with the library that it ships (libe_sqlite3 beside TdxDash.Web), or replace it by 3.51.3 or later.");
        }
    }
}
