using Microsoft.Data.Sqlite;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>An open transaction of the writer.</summary>
/// <param name="Connection">Its connection.</param>
/// <param name="Sqlite">The transaction itself, which every command names.</param>
/// <param name="Statements">The connection's prepared statements.</param>
/// <param name="Texts">The ids of texts that the connection knows.</param>
internal sealed record StoreTransaction(SqliteConnection Connection, SqliteTransaction Sqlite, PreparedStatements Statements, TextPool Texts)
{
    /// <summary>The id of a text, which is stored when it is new.</summary>
    public long IdOf(string text) => Texts.IdOf(Connection, Sqlite, text);

    /// <summary>Runs a statement that is kept prepared.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="values">The parameters.</param>
    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Statements.Of(Sqlite, sql, values).ExecuteNonQuery();

    /// <summary>Runs a statement that is kept prepared and gives one number.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="values">The parameters.</param>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => (long)Statements.Of(Sqlite, sql, values).ExecuteScalar()!;

    /// <summary>Runs a query that is kept prepared.</summary>
    /// <param name="sql">As <see cref="PreparedStatements.Of"/> takes it.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="values">The parameters.</param>
    /// <returns>The first row; null where there is none.</returns>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
        where T : class
    {
        using SqliteDataReader reader = Statements.Of(Sqlite, sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }
}
