using Npgsql;

namespace TdxDash.Web.Options;

/// <summary>The PostgreSQL database that is the store. Not a record: what it holds must not come into a log by being written out.</summary>
/// <param name="connection">The connection string; it may hold a password.</param>
public sealed class PostgresOptions(string connection)
{
    private const string Engine = $"{DashboardOptions.Section}:Store:Engine";
    private const string Text = $"{DashboardOptions.Section}:Store:ConnectionString";
    private const string File = $"{DashboardOptions.Section}:Store:ConnectionStringFile";

    /// <summary>The connection string as it was given.</summary>
    public string Connection => connection;

    /// <summary>Reads the keys.</summary>
    /// <returns>Null where the store is SQLite.</returns>
    internal static PostgresOptions? Read(OptionReader keys)
    {
        (string? engine, string? text, string? file) = (keys.Text(Engine), keys.Text(Text), keys.FileText(File));
        bool isNamed = text is not null || keys.Text(File) is not null;
        if (engine is null or "sqlite")
        {
            if (isNamed)
            {
                keys.Errors.Add($"{Text} or {File} is set, but {Engine} is not postgres: set it, or remove the connection string.");
            }

            return null;
        }

        if (engine != "postgres")
        {
            keys.Errors.Add($"{Engine} is '{engine}': set it to sqlite or postgres.");
            return null;
        }

        if (text is not null && keys.Text(File) is not null)
        {
            keys.Errors.Add($"{Text} and {File} are both set: remove one.");
        }
        else if (!isNamed)
        {
            keys.Errors.Add($"{Engine} is postgres, but no {File} is set: name a file whose first line is a connection string, such as Host=db.example;Database=tdxdash;Username=tdxdash;Password=...");
        }
        else if ((file ?? text) is { } found)
        {
            return Checked(keys, file is null ? Text : File, found);
        }

        return null;
    }

    // What is wrong with it is not quoted: it may be the password.
    private static PostgresOptions? Checked(OptionReader keys, string key, string connection)
    {
        string? problem = null;
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connection);
            problem = string.IsNullOrEmpty(parsed.Host) ? "names no Host" : string.IsNullOrEmpty(parsed.Database) ? "names no Database" : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            problem = "cannot be read";
        }

        if (problem is not null)
        {
            keys.Errors.Add($"{key} {problem}: write it as Host=db.example;Port=5432;Database=tdxdash;Username=tdxdash;Password=..., with values that hold a semicolon in quotes.");
        }

        return problem is null ? new PostgresOptions(connection) : null;
    }
}
