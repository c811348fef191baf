using System.Data.Common;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>How large a database is.</summary>
/// <param name="Used">Bytes that hold something.</param>
/// <param name="Total">Bytes of its files, with room that is free for what comes next.</param>
internal readonly record struct StoreSize(long Used, long Total);

/// <summary>The database that the store lies in. Statements are the same for all engines; what an engine does in a way of its own stands here.</summary>
internal abstract class StoreEngine
{
    /// <summary>The dashboard's data folder, which holds its key files whatever the engine is; absolute.</summary>
    public abstract string Folder { get; }

    /// <summary>What messages call the database: its file, or its name and server; never with a secret.</summary>
    public abstract string Name { get; }

    /// <summary>The engine and its version. Asks the server where there is one.</summary>
    public abstract string Library { get; }

    /// <summary>The version of the schema that this version of the dashboard works with.</summary>
    public abstract int Schema { get; }

    /// <summary>Whether there is a database of TdxDash already.</summary>
    /// <exception cref="DbException">A server does not answer.</exception>
    public abstract bool IsThere { get; }

    /// <summary>Whether several dashboards may use the database at the same time.</summary>
    public virtual bool IsShared => false;

    /// <summary>How often signs of life are saved.</summary>
    public virtual TimeSpan SignsEvery => TimeSpan.FromSeconds(10);

    /// <summary>The column that numbers bodies in the order in which the engine finds them soonest.</summary>
    public abstract string BodyNumber { get; }

    /// <summary>An expression: the highest number that an event of an alert ever had; 0 before the first.</summary>
    public abstract string LastAlertEvent { get; }

    /// <summary>Checks what is there and brings it to this version's schema, or makes a new database.</summary>
    /// <returns>The file with the database as it was before; null where nothing was changed, or the engine makes no copy.</returns>
    /// <exception cref="StartRefusedException">It cannot be used; the message says why and what to do.</exception>
    public abstract string? Prepare(TimeProvider time);

    /// <summary>The same for a command that may run beside the dashboard, which leaves a database of another schema alone.</summary>
    /// <param name="makes">Whether one is made where there is none.</param>
    /// <exception cref="StartRefusedException">There is none, or it cannot be used; the message says why and what to do.</exception>
    public abstract void PrepareBeside(bool makes);

    /// <summary>Opens the dashboard's one connection that writes, with every commit flushed to the disk.</summary>
    /// <exception cref="StartRefusedException">It cannot be used; the message says why and what to do.</exception>
    /// <exception cref="DbException">It cannot be opened.</exception>
    public abstract DbConnection OpenWriter();

    /// <summary>Opens a connection that writes for a command that may run beside the dashboard.</summary>
    public abstract DbConnection OpenBeside();

    /// <summary>Opens a connection that cannot write.</summary>
    public abstract DbConnection OpenReader();

    /// <summary>Closes idle readers.</summary>
    public abstract void CloseReaders();

    /// <summary>Gives the system memory back that is held for what may be needed again. Called on the writer's thread, between two transactions.</summary>
    /// <param name="writer">The writer's connection.</param>
    public virtual void Spare(DbConnection writer) => LibcHeap.Trim();

    /// <summary>Begins a transaction that no other overtakes: numbers that it gives are committed before any higher one is given.</summary>
    public abstract DbTransaction Begin(DbConnection connection);

    /// <summary>Runs the statements of works, in their order.</summary>
    public virtual void Apply(StoreTransaction transaction, IReadOnlyList<IStoreWork> works)
    {
        foreach (IStoreWork work in works)
        {
            work.Apply(transaction);
        }
    }

    /// <summary>Saves when hosts were last heard of.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="seen">The hosts' signs of life.</param>
    /// <param name="now">The time of this machine's clock, in microseconds since 1970 in UTC, as the signs' times are.</param>
    public abstract void SaveSeen(StoreTransaction transaction, IReadOnlyList<SignOfLife> seen, long now);

    /// <summary>Why a statement or a commit failed, and what to do.</summary>
    public abstract string ReasonOf(Exception failure);

    /// <summary>Whether a failure came of what one work wanted to store, so that the works beside it are to be tried without it.</summary>
    public abstract bool IsOfOneWork(Exception failure);

    /// <summary>Why the dashboard does not start, where a failure says that the database is damaged or does not answer; null where it does not.</summary>
    public abstract StartRefusedException? RefusalOf(DbException failure);

    /// <summary>How large the database is.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="exactly">Whether used bytes must fall with each row that is removed, which may take reading all rows.</param>
    public abstract StoreSize Size(DbConnection connection, bool exactly);

    /// <summary>Bytes of the database and of its write-ahead log, for metrics; null for what is not known here or now.</summary>
    public abstract (long? Database, long? Log) FileBytes();

    /// <summary>The engine's own check of pages, rows and indexes.</summary>
    /// <returns>What is wrong; empty when nothing is, or the engine has no such check.</returns>
    public abstract List<string> CheckStructure(CancellationToken cancellation);

    /// <summary>What a support bundle says of the engine: names with numbers or texts, none of them of hosts or people.</summary>
    public abstract IReadOnlyList<(string Name, object Value)> Facts(DbConnection connection);

    /// <summary>The names of tables.</summary>
    public abstract IReadOnlyList<string> Tables(DbConnection connection);

    /// <summary>Whether a table has a column; not where there is no such table.</summary>
    public abstract bool HasColumn(DbConnection connection, string table, string column);

    /// <summary>The tables, columns and indexes in words of SQL.</summary>
    public abstract string Describe(DbConnection connection);
}
