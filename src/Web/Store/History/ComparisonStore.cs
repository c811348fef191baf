using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.Web.Store.History;

/// <summary>A snapshot that waits to be compared with the one before it, which is null for a first one.</summary>
internal sealed record UncomparedRow(string HostId, long Revision, string Hash, string BootId, byte[]? Digest, long? Base, string? BaseHash, string? BaseBootId);

/// <summary>What comparing a snapshot gave.</summary>
/// <param name="Row">The snapshot and the one that it was compared with.</param>
/// <param name="Digest">Its digest; null where the stored one stays.</param>
/// <param name="Change">What it changed.</param>
internal sealed record Comparison(UncomparedRow Row, HostDigest? Digest, ChangeSummary Change);

/// <summary>Finds the snapshots that wait to be compared.</summary>
internal sealed class ComparisonReader(StoreEngine store)
{
    /// <summary>The closest lower snapshot of the same host that was in force, of a row <c>s</c>.</summary>
    internal const string BaseOf = """
        (SELECT p.revision FROM snapshots p WHERE p.host = s.host AND (p.sequence, p.revision) < (s.sequence, s.revision) AND p.until_us > p.received_at_us
         ORDER BY p.sequence DESC, p.revision DESC LIMIT 1)
        """;

    // The newest first: somebody may be looking at them.
    internal const string Sql = $"""
        SELECT h.host_id AS HostId, s.revision AS Revision, s.hash AS Hash, s.boot_id AS BootId, s.digest AS Digest,
            b.revision AS Base, b.hash AS BaseHash, b.boot_id AS BaseBootId
        FROM snapshots s JOIN hosts h ON h.id = s.host LEFT JOIN snapshots b ON b.revision = {BaseOf}
        WHERE s.compared < @form ORDER BY s.compared, s.revision DESC LIMIT @limit
        """;

    /// <summary>Some of those that wait.</summary>
    public IReadOnlyList<UncomparedRow> Next(int limit)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<UncomparedRow>(Sql, new { form = DigestCodec.Form, limit }).AsList();
    }
}

/// <summary>Stores comparisons.</summary>
/// <param name="comparisons">The comparisons.</param>
internal sealed class ComparisonWork(IReadOnlyList<Comparison> comparisons) : IStoreWork
{
    // One whose neighbour became another meanwhile is left, and compared again.
    private const string Sql = $"""
        UPDATE snapshots AS s SET compared = @Form, base = nullif(@Base, 0), changed = @Fields, kinds = @Kinds, headline = @Headline, digest = coalesce(@Digest, digest)
        WHERE revision = @Revision AND coalesce({ComparisonReader.BaseOf}, 0) = @Base
        """;

    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether they were kept.</summary>
    public Task<bool> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        transaction.ExecuteAll(Sql, [.. comparisons.Select(comparison => ((string, object?)[])[("@Form", DigestCodec.Form), ("@Base", comparison.Row.Base ?? 0L), ("@Fields", comparison.Change.Fields),
            ("@Kinds", (int)comparison.Change.Kinds), ("@Headline", comparison.Change.Headline),
            ("@Digest", comparison.Digest is { } made ? DigestCodec.Write(made, transaction.IdOf) : null), ("@Revision", comparison.Row.Revision)])]);
    }

    /// <inheritdoc/>
    public void Committed() => _done.SetResult(true);

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(false);
}
