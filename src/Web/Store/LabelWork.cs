using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store;

/// <summary>New groups and tags of hosts on their way into the database, all or none.</summary>
/// <param name="labels">Each host with its labels; a host that has never reported is left out.</param>
/// <param name="known">What hosts must have for anything to be changed; null to not ask.</param>
/// <param name="by">Who changes them.</param>
/// <param name="at">When, by the dashboard's clock.</param>
/// <param name="onCommitted">What to do once they are stored.</param>
internal sealed class LabelWork(IReadOnlyDictionary<string, HostLabels> labels, IReadOnlyDictionary<string, HostLabels>? known, Actor by, DateTimeOffset at, Action onCommitted) : IStoreWork
{
    private const string HostSql = "SELECT id AS Id, group_name AS GroupName FROM hosts WHERE host_id = @HostId";
    private const string TagsSql = "SELECT tag FROM host_tags WHERE host = @Host";
    private const string GroupSql = "UPDATE hosts SET group_name = @Group WHERE id = @Host";
    private const string ClearSql = "DELETE FROM host_tags WHERE host = @Host";
    private const string TagSql = "INSERT INTO host_tags (host, tag) VALUES (@Host, @Tag)";

    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<string?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _refusal;

    /// <summary>Null once they are stored, else why not and what to do.</summary>
    public Task<string?> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        _refusal = null;
        foreach ((string hostId, HostLabels expected) in known ?? new Dictionary<string, HostLabels>())
        {
            if (Find(transaction, hostId) is (_, { } now) && !now.Equals(expected))
            {
                _refusal = $"The labels of host {hostId} were changed meanwhile: it has {now}. Look at them again, and repeat the change if it is still wanted.";
                return;
            }
        }

        foreach ((string hostId, HostLabels given) in labels)
        {
            if (Find(transaction, hostId) is (long host, { } before))
            {
                transaction.Connection.Execute(GroupSql, new { Host = host, Group = given.Group?.ToString() }, transaction.Inner);
                transaction.Connection.Execute(ClearSql, new { Host = host }, transaction.Inner);
                transaction.Connection.Execute(TagSql, given.Tags.Select(tag => new { Host = host, Tag = tag }), transaction.Inner);
                transaction.Audit(new AuditEntry(by, "label.change", hostId, $"{before} -> {given}"), at);
            }
        }
    }

    /// <inheritdoc/>
    public void Committed()
    {
        if (_refusal is null)
        {
            onCommitted();
        }

        _done.TrySetResult(_refusal);
    }

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(reason);

    private static (long Host, HostLabels Labels)? Find(StoreTransaction transaction, string hostId)
    {
        if (transaction.Connection.QueryFirstOrDefault<HostRow>(HostSql, new { HostId = hostId }, transaction.Inner) is not { } row)
        {
            return null;
        }

        IEnumerable<string> tags = transaction.Connection.Query<string>(TagsSql, new { Host = row.Id }, transaction.Inner);
        return (row.Id, new HostLabels(LabelText.TryParse(row.GroupName, out LabelText group) ? group : null, HostLabels.None.Tags.Union(tags)));
    }

    private sealed record HostRow(long Id, string? GroupName);
}

/// <summary>Reads groups and tags.</summary>
internal sealed class LabelReader(StoreEngine store)
{
    private const string GroupSql = "SELECT host_id, group_name FROM hosts WHERE group_name IS NOT NULL";
    private const string TagSql = "SELECT h.host_id, t.tag FROM host_tags t JOIN hosts h ON h.id = t.host";

    /// <summary>The labels of every host that has any.</summary>
    public IReadOnlyDictionary<string, HostLabels> All()
    {
        using DbConnection connection = store.OpenReader();
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
