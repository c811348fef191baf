using System.Data.Common;

namespace TdxDash.Web.Store.Care;

/// <summary>One change of the store from the command line, beside a dashboard that runs: whoever may write its database may do anything to it already.</summary>
internal static class CommandTransaction
{
    /// <summary>Makes the change, all of it or nothing.</summary>
    /// <param name="store">The store.</param>
    /// <param name="change">The statements.</param>
    /// <param name="makes">Whether a store that no dashboard has used yet gets its tables.</param>
    /// <returns>What the change gives.</returns>
    /// <exception cref="StartRefusedException">There is no database, it is of another version, a restore into it was cut off, or it cannot be written.</exception>
    public static T Run<T>(StoreEngine store, Func<StoreTransaction, T> change, bool makes = false)
    {
        try
        {
            store.PrepareBeside(makes);
            using DbConnection connection = store.OpenBeside();
            using DbTransaction inner = store.Begin(connection);
            T result = change(StoreTransaction.Of(store, inner));
            inner.Commit();
            return result;
        }
        catch (DbException e)
        {
            throw (store is StorePath ? null : store.RefusalOf(e))
                ?? new StartRefusedException($"Nothing could be stored in {store.Name}: {e.Message} Run the command as the user of the dashboard, and name its folder with --TdxDash:DataFolder FOLDER.", e);
        }
    }
}
