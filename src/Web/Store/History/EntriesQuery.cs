using System.Data.Common;
using System.Text;
using Dapper;

namespace TdxDash.Web.Store.History;

/// <summary>Lines of a history, latest first.</summary>
/// <param name="HostId">Of one host; null for the fleet.</param>
/// <param name="From">Received at it or later, in microseconds since 1970 in UTC.</param>
/// <param name="To">Received before it.</param>
/// <param name="Kinds">Any of these bits; 0 for all.</param>
/// <param name="Text">Part of the host's name or the headline; empty for all.</param>
/// <param name="AtMost">The last place that may come first: time of receipt and revision; null for the latest.</param>
/// <param name="Limit">The most lines.</param>
internal sealed record EntriesQuery(string? HostId, long From, long To, int Kinds, string Text, (long ReceivedAt, long Revision)? AtMost, int Limit)
{
    private const string Select = """
        SELECT h.host_id AS HostId, h.name AS HostName, s.revision AS Revision, s.boot_id AS BootId, s.sequence AS Sequence, s.hash AS Hash,
            s.taken_at_us AS TakenAt, s.received_at_us AS ReceivedAt, s.until_us AS Until,
            s.compared AS Compared, s.base AS Base, s.changed AS Changed, s.kinds AS Kinds, s.headline AS Headline,
            (SELECT b.revision FROM snapshots b WHERE b.revision = s.base) AS KeptBase
        FROM snapshots s JOIN hosts h ON h.id = s.host
        """;

    /// <summary>The statement; its parts are fixed texts, values are parameters.</summary>
    public string Sql
    {
        get
        {
            var sql = new StringBuilder(Select).Append("\nWHERE s.received_at_us >= @From AND s.received_at_us < @To");
            AppendIf(sql, HostId is not null, " AND s.host = (SELECT id FROM hosts WHERE host_id = @HostId)");
            AppendIf(sql, AtMost is not null, " AND (s.received_at_us, s.revision) <= (@ReceivedAt, @Revision)");
            AppendIf(sql, Kinds != 0, " AND s.kinds & @Kinds <> 0");
            AppendIf(sql, Text.Length > 0, " AND (lower(h.name) LIKE @Pattern ESCAPE '\\' OR lower(s.headline) LIKE @Pattern ESCAPE '\\')");
            return sql.Append("\nORDER BY s.received_at_us DESC, s.revision DESC LIMIT @Limit").ToString();
        }
    }

    /// <summary>The values of the statement.</summary>
    public object Parameters => new { HostId, From, To, Kinds, Pattern = Pattern(Text), AtMost?.ReceivedAt, AtMost?.Revision, Limit };

    /// <summary>Runs it.</summary>
    public IReadOnlyList<ChangeRow> Run(StoreEngine store)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<ChangeRow>(Sql, Parameters).AsList();
    }

    /// <summary>The pattern of a LIKE that finds a text anywhere in a column's lower case; its escape character is the backslash. Both engines know the case of ASCII alone there, whatever the database's locale says.</summary>
    public static string Pattern(string text) => $"%{Escaped(string.Concat(text.Select(letter => char.IsAsciiLetterUpper(letter) ? (char)(letter | ' ') : letter)))}%";

    private static void AppendIf(StringBuilder sql, bool wanted, string condition)
    {
        if (wanted)
        {
            sql.Append(condition);
        }
    }

    private static string Escaped(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
