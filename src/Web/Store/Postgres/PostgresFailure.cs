using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace TdxDash.Web.Store.Postgres;

/// <summary>What PostgreSQL's errors mean, and what to do.</summary>
internal static class PostgresFailure
{
    /// <summary>Why something failed.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="database">What the database is called.</param>
    public static string ReasonOf(Exception failure, string database) => failure switch
    {
        PostgresException e => OfServer(e, database),
        // Npgsql tells it by its text alone, as a time that ran out.
        NpgsqlException e when e.Message.Contains("pool has been exhausted", StringComparison.Ordinal) =>
            $"All connections of this dashboard to the {database} are in use. Raise Maximum Pool Size in the connection string, with max_connections of its server above the sum of all dashboards; where its server is slow, look at that first.",
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => $"The {database} did not answer in time. Look at its server's load, locks and network.",
        NpgsqlException { InnerException: SocketException or IOException } or SocketException => $"The {database} cannot be reached: {failure.Message} Check that its server runs, and the address in the connection string.",
        StartRefusedException => failure.Message,
        _ => $"The dashboard could not use the {database}: {failure.Message}",
    };

    /// <summary>Whether a failure came of the values of one work: only data that does not fit, no trouble of the server.</summary>
    public static bool IsOfOneWork(Exception failure) => failure is EncoderFallbackException or PostgresException { SqlState: ['2', '2' or '3', ..] or PostgresErrorCodes.ProgramLimitExceeded };

    private static string OfServer(PostgresException e, string database) => e.SqlState switch
    {
        PostgresErrorCodes.DiskFull => $"The disk of the {database} is full; free some space on its server.",
        PostgresErrorCodes.ReadOnlySqlTransaction => $"The {database} takes no changes: it is a standby, or set to read only. Name the primary in the connection string (Target Session Attributes=primary with several hosts), or set default_transaction_read_only to off.",
        PostgresErrorCodes.TooManyConnections => $"The {database} has no connection left. Raise max_connections on its server, or lower Maximum Pool Size in the connection string.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => $"The {database} refuses the sign-in: {e.MessageText}. Check Username and Password in the connection string, and the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => $"The {database} does not exist. Make it: createdb --owner=USER DATABASE, with template0 and encoding UTF8; or name another in the connection string.",
        PostgresErrorCodes.InsufficientPrivilege => $"The {database} does not allow it: {e.MessageText}. Make the dashboard's user its owner: ALTER DATABASE ... OWNER TO ...",
        PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => $"The server of the {database} is starting or stopping ({e.MessageText}).",
        PostgresErrorCodes.LockNotAvailable => $"Somebody else writes to the {database} and does not come to an end ({e.MessageText}). Look at pg_stat_activity on its server.",
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => $"The {database} is damaged: {e.MessageText}. Look at its server's log; put back a backup, or rebuild the index that it names.",
        _ => $"The {database} answered with error {e.SqlState}: {e.MessageText}",
    };
}
