using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.History;

/// <summary>Annotations in the store.</summary>
internal sealed class Annotations(StorePath path, StoreWriter writer, HistoryFeed feed, TimeProvider time) : IAnnotations
{
    /// <summary>Who writes while there is no sign-in.</summary>
    public const string Author = "local user";

    private const int MostListed = 500;

    // The undo of a person who clicked in the last moment is still under way.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    internal const string OfHostSql = $"""
        {Select} WHERE a.host = (SELECT id FROM hosts WHERE host_id = @hostId) AND a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND a.deleted_at_us IS NULL
        UNION ALL {Select} WHERE a.host IS NULL AND a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND a.deleted_at_us IS NULL
        ORDER BY "From", Id LIMIT @limit
        """;

    internal const string AllSql = $"""
        {Select} WHERE a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND a.deleted_at_us IS NULL ORDER BY "From", Id LIMIT @limit
        """;

    private const string Select = """
        SELECT a.id AS Id, h.host_id AS HostId, h.name AS HostName, a.from_us AS "From", a.to_us AS "To", a.text AS Text, a.tags AS Tags, a.author AS Author,
            a.created_at_us AS CreatedAt, a.edited_at_us AS EditedAt
        FROM annotations a LEFT JOIN hosts h ON h.id = a.host
        """;

    private const string AddSql = """
        INSERT INTO annotations (host, from_us, to_us, text, tags, author, created_at_us)
        SELECT (SELECT id FROM hosts WHERE host_id = @HostId), @From, @To, @Text, @Tags, @Author, @Now
        WHERE @HostId IS NULL OR EXISTS (SELECT 1 FROM hosts WHERE host_id = @HostId)
        """;

    private const string EditSql = """
        UPDATE annotations SET from_us = @From, to_us = @To, text = @Text, tags = @Tags, edited_at_us = @Now WHERE id = @id AND deleted_at_us IS NULL
        """;

    private const string DeleteSql = "UPDATE annotations SET deleted_at_us = @now WHERE id = @id AND deleted_at_us IS NULL";
    private const string RestoreSql = "UPDATE annotations SET deleted_at_us = NULL WHERE id = @id AND deleted_at_us >= @least";
    private const string PurgeSql = "DELETE FROM annotations WHERE deleted_at_us < @least";

    private const string Gone = "The annotation is not there any more: somebody else deleted it. Load the page again.";

    private long Now => UnixTime.ToMicroseconds(time.GetUtcNow());

    private long Undoable => UnixTime.ToMicroseconds(time.GetUtcNow() - IAnnotations.UndoTime - Grace);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Annotation>> ListAsync(string? hostId, TimeWindow window, CancellationToken cancellation) => Task.Run<IReadOnlyList<Annotation>>(
        () =>
        {
            using SqliteConnection connection = path.OpenReader();
            var values = new { hostId, from = UnixTime.ToMicroseconds(window.From), to = UnixTime.ToMicroseconds(window.To), limit = MostListed };
            return [.. connection.Query<Row>(hostId is null ? AllSql : OfHostSql, values).Select(row => row.ToAnnotation())];
        },
        cancellation);

    /// <inheritdoc/>
    public Task<string?> AddAsync(AnnotationDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return ChangeAsync(draft.HostId, $"The host {draft.HostId} is not known to this dashboard. Open it from the fleet.",
            transaction => transaction.Connection.Execute(AddSql, Values(draft), transaction.Sqlite));
    }

    /// <inheritdoc/>
    public Task<string?> EditAsync(long id, AnnotationDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var values = new DynamicParameters(Values(draft));
        values.Add("id", id);
        return ChangeAsync(draft.HostId, Gone, transaction => transaction.Connection.Execute(EditSql, values, transaction.Sqlite));
    }

    /// <inheritdoc/>
    public Task<string?> DeleteAsync(long id)
    {
        long now = Now;
        return ChangeAsync(null, Gone, transaction => transaction.Connection.Execute(DeleteSql, new { id, now }, transaction.Sqlite));
    }

    /// <inheritdoc/>
    public Task<string?> RestoreAsync(long id)
    {
        long least = Undoable;
        return ChangeAsync(null, $"The annotation was deleted more than {IAnnotations.UndoTime.TotalSeconds:0} s ago and cannot come back. Write it again.",
            transaction => transaction.Connection.Execute(RestoreSql, new { id, least }, transaction.Sqlite));
    }

    // Every change also removes for good what nobody can bring back any more.
    private async Task<string?> ChangeAsync(string? hostId, string absent, Func<StoreTransaction, int> change)
    {
        long least = Undoable;
        var work = new DirectWork<int>(transaction =>
        {
            int changed = change(transaction);
            transaction.Connection.Execute(PurgeSql, new { least }, transaction.Sqlite);
            return changed;
        });
        DirectOutcome<int> outcome = await work.RunAsync(writer);
        if (outcome.Failure is not null || outcome.Result == 0)
        {
            return outcome.Failure ?? absent;
        }

        feed.Announce(hostId is null ? [] : [hostId]);
        return null;
    }

    private object Values(AnnotationDraft draft) => new
    {
        draft.HostId,
        From = UnixTime.ToMicroseconds(draft.From),
        To = draft.To is { } to ? UnixTime.ToMicroseconds(to) : (long?)null,
        draft.Text,
        Tags = string.Join(' ', draft.Tags),
        Author,
        Now,
    };

    private sealed record Row(long Id, string? HostId, string? HostName, long From, long? To, string Text, string Tags, string Author, long CreatedAt, long? EditedAt)
    {
        public Annotation ToAnnotation() => new(Id, HostId, HostName ?? "", UnixTime.FromMicroseconds(From), To is { } to ? UnixTime.FromMicroseconds(to) : null, Text,
            Tags.Split(' ', StringSplitOptions.RemoveEmptyEntries), Author, UnixTime.FromMicroseconds(CreatedAt), EditedAt is { } edited ? UnixTime.FromMicroseconds(edited) : null);
    }
}
