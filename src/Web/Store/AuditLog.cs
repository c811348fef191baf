using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store;

/// <summary>One line of the audit log, as it is stored.</summary>
/// <param name="Id">Its number, which rises.</param>
/// <param name="At">When, by the dashboard's clock.</param>
/// <param name="Actor">Who.</param>
/// <param name="Address">From where.</param>
/// <param name="Action">What was done.</param>
/// <param name="Target">To what.</param>
/// <param name="Detail">What a reader needs besides.</param>
public sealed record AuditLine(long Id, DateTimeOffset At, string Actor, string Address, string Action, string Target, string Detail);

/// <summary>What part of the audit log somebody wants.</summary>
/// <param name="Text">Part of the actor, address, action, target or detail; empty for all.</param>
/// <param name="Before">Only lines with lower numbers; null for all.</param>
/// <param name="Count">How many at most.</param>
public sealed record AuditQuery(string Text, long? Before, int Count);

/// <summary>Reads the audit log, and adds to it what changes nothing else, such as a refusal.</summary>
internal sealed class AuditLog(StoreEngine store, StoreWriter writer, TimeProvider time)
{
    private const string ReadSql =
        """
        SELECT id, at_us, actor, address, action, target, detail FROM audit
        WHERE id < @before AND (@text = '' OR instr(lower(actor || ' ' || address || ' ' || action || ' ' || target || ' ' || detail), @text) > 0)
        ORDER BY id DESC LIMIT @count
        """;

    /// <summary>The moment, by the dashboard's clock.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Adds an entry, committed when it returns; where the store is in trouble it is lost, which the log of the store says.</summary>
    public Task AddAsync(AuditEntry entry)
    {
        DateTimeOffset now = Now;
        return new DirectWork<bool>(transaction =>
        {
            transaction.Audit(entry, now);
            return true;
        }).RunAsync(writer);
    }

    /// <summary>Reads lines, the newest first.</summary>
    public IReadOnlyList<AuditLine> Read(AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<(long Id, long At, string Actor, string Address, string Action, string Target, string Detail)>(ReadSql,
            new { before = query.Before ?? long.MaxValue, text = query.Text.ToLowerInvariant(), count = query.Count })
            .Select(row => new AuditLine(row.Id, UnixTime.FromMicroseconds(row.At), row.Actor, row.Address, row.Action, row.Target, row.Detail))];
    }
}
