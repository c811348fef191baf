using Microsoft.Data.Sqlite;

namespace TdxDash.HostProbe.Journal;

/// <summary>The statements that a connection runs again and again, each compiled once: to compile one costs more than to run it. They live as long as the connection, which ends them.
/// A PRAGMA must not be among them, as some of those act when they are compiled.</summary>
/// <param name="connection">The connection, which one thread at a time uses.</param>
internal sealed class KeptStatements(SqliteConnection connection)
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Gives a statement with its values; a reader of it must be disposed before it is asked for again.</summary>
    /// <param name="transaction">The open transaction; null where there is none.</param>
    /// <param name="sql">One statement: a constant, as it is kept.</param>
    /// <param name="values">The parameters, always the same ones in the same order.</param>
    public SqliteCommand Of(SqliteTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            _commands[sql] = command = connection.Command(sql, values);
        }

        // A value in another's place would be journaled for good.
        bool isSame = command.Parameters.Count == values.Length;
        for (int i = 0; isSame && i < values.Length; i++)
        {
            isSame = command.Parameters[i].ParameterName == values[i].Name;
        }

        if (!isSame)
        {
            throw new InvalidOperationException($"The statement was first given other parameters than these, or in another order: {sql}");
        }

        command.Transaction = transaction;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i].Value ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute(SqliteTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Of(transaction, sql, values).ExecuteNonQuery();
}
