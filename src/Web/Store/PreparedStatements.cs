using System.Data.Common;


namespace TdxDash.Web.Store;

/// <summary>The statements that a connection runs again and again, each compiled once. They live as long as the connection, which
/// ends them when it is closed.</summary>
/// <param name="connection">The connection, which one thread uses.</param>
internal sealed class PreparedStatements(DbConnection connection)
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Gives a statement with its values.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="sql">One or more statements: a constant, as it is kept.</param>
    /// <param name="values">The parameters, always the same ones in the same order.</param>
    /// <exception cref="InvalidOperationException">They are others, or in another order, than at the first time.</exception>
    public DbCommand Of(DbTransaction transaction, string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out DbCommand? command))
        {
            _commands[sql] = command = Make(sql, values);
        }

        // A value in another's place would be stored for good.
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

    // The text of each is a constant, not put together from what came from outside.
#pragma warning disable CA2100
    private DbCommand Make(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, _) in values)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }
#pragma warning restore CA2100
}
