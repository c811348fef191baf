using System.Data.Common;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>An open transaction of the writer.</summary>
/// <param name="Engine">The database.</param>
/// <param name="Connection">Its connection.</param>
/// <param name="Inner">The transaction itself, which every command names.</param>
/// <param name="Statements">The connection's prepared statements.</param>
/// <param name="Texts">The ids of texts that the connection knows.</param>
internal sealed record StoreTransaction(StoreEngine Engine, DbConnection Connection, DbTransaction Inner, PreparedStatements Statements, TextPool Texts)
{
    private const int MostInBatch = 500;

    /// <summary>A transaction of a connection that does nothing else, as that of a command.</summary>
    public static StoreTransaction Of(StoreEngine engine, DbTransaction inner) => new(engine, inner.Connection!, inner, new PreparedStatements(inner.Connection!), new TextPool());

    /// <summary>The id of a text, which is stored when it is new.</summary>
    public long IdOf(string text) => Texts.IdOf(Connection, Inner, text);

    /// <summary>Runs a statement that is kept prepared.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="values">The parameters.</param>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Statements.Of(Inner, sql, values).ExecuteNonQuery();

    /// <summary>Runs a statement that is kept prepared and gives one number.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="values">The parameters.</param>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => (long)Statements.Of(Inner, sql, values).ExecuteScalar()!;

    /// <summary>Runs a statement for each of some rows and gives one number of each; in one turn to the server where the engine has such.</summary>
    /// <param name="sql">One statement: a constant.</param>
    /// <param name="rows">The parameters of each row, always the same ones in the same order.</param>
    public IReadOnlyList<long> Numbers(string sql, IReadOnlyList<(string Name, object? Value)[]> rows)
    {
        if (!Connection.CanCreateBatch)
        {
            return [.. rows.Select(values => Number(sql, values))];
        }

        var numbers = new List<long>(rows.Count);
        foreach ((string Name, object? Value)[][] piece in rows.Chunk(MostInBatch))
        {
            Add(numbers, sql, piece);
        }

        return numbers;
    }

    /// <summary>Runs a statement for each of some rows; in one turn to the server where the engine has such.</summary>
    /// <param name="sql">One statement: a constant.</param>
    /// <param name="rows">The parameters of each row, always the same ones in the same order.</param>
    public void ExecuteAll(string sql, IReadOnlyList<(string Name, object? Value)[]> rows)
    {
        if (!Connection.CanCreateBatch)
        {
            foreach ((string Name, object? Value)[] values in rows)
            {
                Execute(sql, values);
            }

            return;
        }

        foreach ((string Name, object? Value)[][] piece in rows.Chunk(MostInBatch))
        {
            using DbBatch batch = Together(sql, piece);
            batch.ExecuteNonQuery();
        }
    }

    /// <summary>Runs a query that is kept prepared.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="values">The parameters.</param>
    /// <returns>The first row; null where there is none.</returns>
    public T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
        where T : class
    {
        using DbDataReader reader = Statements.Of(Inner, sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>Runs a query that is kept prepared.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="values">The parameters.</param>
    /// <returns>All rows.</returns>
    public IReadOnlyList<T> All<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using DbDataReader reader = Statements.Of(Inner, sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    // The text is a constant, not put together from what came from outside.
#pragma warning disable CA2100
    private DbBatch Together(string sql, (string Name, object? Value)[][] rows)
    {
        DbBatch batch = Connection.CreateBatch();
        batch.Transaction = Inner;
        foreach ((string Name, object? Value)[] values in rows)
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach ((string name, object? value) in values)
            {
                DbParameter parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }
#pragma warning restore CA2100

    private void Add(List<long> numbers, string sql, (string Name, object? Value)[][] rows)
    {
        using DbBatch batch = Together(sql, rows);
        using DbDataReader reader = batch.ExecuteReader();
        do
        {
            while (reader.Read())
            {
                numbers.Add(reader.GetInt64(0));
            }
        }
        while (reader.NextResult());
    }
}
