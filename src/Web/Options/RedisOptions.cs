using StackExchange.Redis;

namespace TdxDash.Web.Options;

/// <summary>The Redis by which nodes tell each other at once that something is new in the store. Not a record: what it holds must not come into a log by being written out.</summary>
/// <param name="connection">The connection string; it may hold a password.</param>
public sealed class RedisOptions(string connection)
{
    private const string Text = $"{DashboardOptions.Section}:Redis:ConnectionString";
    private const string File = $"{DashboardOptions.Section}:Redis:ConnectionStringFile";

    /// <summary>The connection string as it was given.</summary>
    public string Connection => connection;

    /// <summary>Reads the keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="isShared">Whether several dashboards can use the store.</param>
    /// <returns>Null where none is set, or a key is wrong.</returns>
    internal static RedisOptions? Read(OptionReader keys, bool isShared)
    {
        (string? text, string? file) = (keys.Text(Text), keys.FileText(File));
        bool isNamed = text is not null || keys.Text(File) is not null;
        if (isNamed && !isShared)
        {
            keys.Errors.Add($"{Text} or {File} is set, but {DashboardOptions.Section}:Store:Engine is not postgres: SQLite is for one dashboard, which tells nobody. Remove it, or set the engine.");
            return null;
        }

        if (text is not null && keys.Text(File) is not null)
        {
            keys.Errors.Add($"{Text} and {File} are both set: remove one.");
            return null;
        }

        return (file ?? text) is { } found ? Checked(keys, file is null ? Text : File, found) : null;
    }

    // What is wrong with it is not quoted: it may be the password.
    private static RedisOptions? Checked(OptionReader keys, string key, string connection)
    {
        bool isGood;
        try
        {
            isGood = ConfigurationOptions.Parse(connection).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            isGood = false;
        }

        if (!isGood)
        {
            keys.Errors.Add($"{key} cannot be read or names no server: write it as redis.example:6379,user=tdxdash,password=...,ssl=true.");
        }

        return isGood ? new RedisOptions(connection) : null;
    }
}
