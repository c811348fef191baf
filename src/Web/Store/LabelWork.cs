using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store;

/// <summary>New groups and tags of hosts on their way into the database, all or none.</summary>
/// <param name="labels">Each host with its labels; a host that has never reported is left out.</param>
/// <param name="onCommitted">What to do once they are stored.</param>
internal sealed class LabelWork(IReadOnlyDictionary<string, HostLabels> labels, Action onCommitted) : IStoreWork
{
    private const string GroupSql = "UPDATE hosts SET group_name = @Group WHERE host_id = @HostId RETURNING id";
    private const string ClearSql = "DELETE FROM host_tags WHERE host = @Host";
    private const string TagSql = "INSERT INTO host_tags (host, tag) VALUES (@Host, @Tag)";

    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<string?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null once they are stored, else why not and what to do.</summary>
    public Task<string?> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        foreach ((string hostId, HostLabels given) in labels)
        {
            long? host = transaction.Connection.QueryFirstOrDefault<long?>(GroupSql, new { HostId = hostId, Group = given.Group?.ToString() }, transaction.Sqlite);
            if (host is null)
            {
                continue;
            }

            transaction.Connection.Execute(ClearSql, new { Host = host }, transaction.Sqlite);
            transaction.Connection.Execute(TagSql, given.Tags.Select(tag => new { Host = host, Tag = tag }), transaction.Sqlite);
        }
    }

    /// <inheritdoc/>
    public void Committed()
    {
        onCommitted();
        _done.TrySetResult(null);
    }

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(reason);
}

/// <summary>Reads groups and tags.</summary>
internal sealed class LabelReader(StorePath path)
{
    private const string GroupSql = "SELECT host_id, group_name FROM hosts WHERE group_name IS NOT NULL";
    private const string TagSql = "SELECT h.host_id, t.tag FROM host_tags t JOIN hosts h ON h.id = t.host";

    /// <summary>The labels of every host that has any.</summary>
    public IReadOnlyDictionary<string, HostLabels> All()
    {
        using SqliteConnection connection = path.OpenReader();
        var all = new Dictionary<string, HostLabels>(StringComparer.Ordinal);
        foreach ((string hostId, string group) in connection.Query<(string, string)>(GroupSql))
        {
            all[hostId] = HostLabels.None with { Group = LabelText.TryParse(group, out LabelText label) ? label : null };
        }

        foreach (IGrouping<string, string> tags in connection.Query<(string HostId, string Tag)>(TagSql).GroupBy(row => row.HostId, row => row.Tag))
        {
            HostLabels known = all.GetValueOrDefault(tags.Key, HostLabels.None);
            all[tags.Key] = known with { Tags = known.Tags.Union(tags) };
        }

        return all;
    }
}
