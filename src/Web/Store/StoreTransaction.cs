using Microsoft.Data.Sqlite;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>An open transaction of the writer.</summary>
/// <param name="Connection">Its connection.</param>
/// <param name="Sqlite">The transaction itself, which every command names.</param>
/// <param name="Texts">The ids of texts that the connection knows.</param>
internal sealed record StoreTransaction(SqliteConnection Connection, SqliteTransaction Sqlite, TextPool Texts)
{
    /// <summary>The id of a text, which is stored when it is new.</summary>
    public long IdOf(string text) => Texts.IdOf(Connection, Sqlite, text);
}
