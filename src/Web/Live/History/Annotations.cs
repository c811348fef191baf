using System.Data.Common;
using System.Globalization;
using Dapper;
using TdxDash.Web.Security;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.History;

/// <summary>Annotations in the store.</summary>
internal sealed class Annotations(StoreEngine store, StoreWriter writer, HistoryFeed feed, TimeProvider time) : IAnnotations
{
    // The undo of a person who clicked in the last moment is still under way.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    internal const string OfHostSql = $"""
        {Select} WHERE a.host = (SELECT id FROM hosts WHERE host_id = @hostId) AND a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND (a.from_us, a.id) > (@place, @id) AND a.deleted_at_us IS NULL
        UNION ALL {Select} WHERE a.host IS NULL AND a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND (a.from_us, a.id) > (@place, @id) AND a.deleted_at_us IS NULL
        ORDER BY "From", Id LIMIT @limit
        """;

    internal const string AllSql = $"""
        {Select} WHERE a.from_us < @to AND coalesce(a.to_us, a.from_us) >= @from AND (a.from_us, a.id) > (@place, @id) AND a.deleted_at_us IS NULL ORDER BY "From", Id LIMIT @limit
        """;

    private const string Select = """
        SELECT a.id AS Id, h.host_id AS HostId, h.name AS HostName, a.from_us AS "From", a.to_us AS "To", a.text AS Text, a.tags AS Tags, a.author AS Author,
            a.created_at_us AS CreatedAt, a.edited_at_us AS EditedAt
        FROM annotations a LEFT JOIN hosts h ON h.id = a.host
        """;

    private const string HostOfDeletedSql = "SELECT h.host_id FROM annotations a LEFT JOIN hosts h ON h.id = a.host WHERE a.id = @id AND a.deleted_at_us IS NOT NULL";

    internal const string FindSql = $"{Select} WHERE a.id = @id AND a.deleted_at_us IS NULL";

    private const string AddSql = $"""
        INSERT INTO annotations (host, from_us, to_us, text, tags, author, created_at_us)
        SELECT (SELECT id FROM hosts WHERE host_id = @HostId), @From, @To, @Text, @Tags, @Author, @Now
        WHERE @HostId IS NULL OR EXISTS (SELECT 1 FROM hosts WHERE host_id = @HostId) {Changed}
        """;

    private const string EditSql = $"""
        UPDATE annotations SET from_us = @From, to_us = @To, text = @Text, tags = @Tags, edited_at_us = @Now WHERE id = @id AND deleted_at_us IS NULL AND {IsKnown} {Changed}
        """;

    private const string DeleteSql = $"UPDATE annotations SET deleted_at_us = @now WHERE id = @id AND deleted_at_us IS NULL AND {IsKnown} {Changed}";
    private const string RestoreSql = $"UPDATE annotations SET deleted_at_us = NULL WHERE id = @id AND deleted_at_us >= @least {Changed}";
    private const string IsKnown = "(@known IS NULL OR coalesce(edited_at_us, created_at_us) = @known)";
    private const string Changed = "RETURNING id AS Id, (SELECT h.host_id FROM hosts h WHERE h.id = annotations.host) AS HostId, text AS Text";
    private const string PurgeSql = "DELETE FROM annotations WHERE deleted_at_us < @least";

    private const string Gone = "The annotation is not there any more, or not as it was: somebody else deleted or changed it. Load it again.";

    private long Now => UnixTime.ToMicroseconds(time.GetUtcNow());

    private long Undoable => UnixTime.ToMicroseconds(time.GetUtcNow() - IAnnotations.UndoTime - Grace);

    /// <inheritdoc/>
    public Task<AnnotationPage> PageAsync(string? hostId, TimeWindow window, AnnotationPlace? after, int limit, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using DbConnection connection = store.OpenReader();
            AnnotationPlace place = after ?? new AnnotationPlace(long.MinValue, 0);
            var values = new { hostId, from = UnixTime.ToMicroseconds(window.From), to = UnixTime.ToMicroseconds(window.To), place = place.From, id = place.Id, limit = limit + 1 };
            return AnnotationPage.Of([.. connection.Query<Row>(hostId is null ? AllSql : OfHostSql, values).Select(row => row.ToAnnotation())], limit);
        },
        cancellation);

    /// <summary>The host of a deleted annotation that can come back; null for one of the fleet.</summary>
    /// <returns>Whether there is such a one, and its host.</returns>
    public (bool IsThere, string? HostId) HostOfDeleted(long id)
    {
        using DbConnection connection = store.OpenReader();
        string?[] hosts = [.. connection.Query<string?>(HostOfDeletedSql, new { id })];
        return (hosts.Length > 0, hosts.FirstOrDefault());
    }

    /// <inheritdoc/>
    public Task<Annotation?> FindAsync(long id, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using DbConnection connection = store.OpenReader();
            return connection.QueryFirstOrDefault<Row>(FindSql, new { id })?.ToAnnotation();
        },
        cancellation);

    /// <inheritdoc/>
    public Task<(long Id, string? Problem)> AddAsync(AnnotationDraft draft, Actor by)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(by);
        return ChangeAsync("annotation.add", by, $"The host {draft.HostId} is not known to this dashboard. Open it from the fleet.", AddSql, Values(draft, by));
    }

    /// <inheritdoc/>
    public async Task<string?> EditAsync(long id, AnnotationDraft draft, Actor by, DateTimeOffset? known = null)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var values = new DynamicParameters(Values(draft, by));
        values.AddDynamicParams(new { id, known = Microseconds(known) });
        return (await ChangeAsync("annotation.edit", by, Gone, EditSql, values)).Problem;
    }

    /// <inheritdoc/>
    public async Task<string?> DeleteAsync(long id, Actor by, DateTimeOffset? known = null) =>
        (await ChangeAsync("annotation.delete", by, Gone, DeleteSql, new { id, now = Now, known = Microseconds(known) })).Problem;

    /// <inheritdoc/>
    public async Task<string?> RestoreAsync(long id, Actor by) => (await ChangeAsync(
        "annotation.restore", by, $"The annotation was deleted more than {IAnnotations.UndoTime.TotalSeconds:0} s ago and cannot come back. Write it again.", RestoreSql, new { id, least = Undoable })).Problem;

    // Every change also removes for good what nobody can bring back any more.
    private async Task<(long Id, string? Problem)> ChangeAsync(string action, Actor by, string absent, string sql, object values)
    {
        long least = Undoable;
        DateTimeOffset at = time.GetUtcNow();
        var work = new DirectWork<ChangedRow>(transaction =>
        {
            ChangedRow? changed = transaction.Connection.QueryFirstOrDefault<ChangedRow>(sql, values, transaction.Inner);
            transaction.Connection.Execute(PurgeSql, new { least }, transaction.Inner);
            if (changed is not null)
            {
                transaction.Audit(new AuditEntry(by, action, changed.HostId ?? "", string.Create(CultureInfo.InvariantCulture, $"annotation {changed.Id}: {changed.Text}")), at);
            }

            return changed!;
        });
        DirectOutcome<ChangedRow> outcome = await work.RunAsync(writer);
        if (outcome is not { Failure: null, Result: { } done })
        {
            return (0, outcome.Failure ?? absent);
        }

        feed.Announce(done.HostId is { } hostId ? [hostId] : []);
        return (done.Id, null);
    }

    private object Values(AnnotationDraft draft, Actor by) => new
    {
        draft.HostId,
        From = UnixTime.ToMicroseconds(draft.From),
        To = Microseconds(draft.To),
        draft.Text,
        Tags = string.Join(' ', draft.Tags),
        Author = ShownText.Limit(by.Name, ShownText.MaxName),
        Now,
    };

    private static long? Microseconds(DateTimeOffset? at) => at is { } moment ? UnixTime.ToMicroseconds(moment) : null;

    private sealed record ChangedRow(long Id, string? HostId, string Text);

    private sealed record Row(long Id, string? HostId, string? HostName, long From, long? To, string Text, string Tags, string Author, long CreatedAt, long? EditedAt)
    {
        public Annotation ToAnnotation() => new(Id, HostId, HostName ?? "", UnixTime.FromMicroseconds(From), To is { } to ? UnixTime.FromMicroseconds(to) : null, Text,
            Tags.Split(' ', StringSplitOptions.RemoveEmptyEntries), Author, UnixTime.FromMicroseconds(CreatedAt), EditedAt is { } edited ? UnixTime.FromMicroseconds(edited) : null);
    }
}
