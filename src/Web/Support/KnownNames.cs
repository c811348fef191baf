using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Support;
using TdxDash.Web.Store;

namespace TdxDash.Web.Support;

/// <summary>The names that texts of a bundle may hold: those of hosts, people, groups and tags in the database, and of this machine.</summary>
internal static class KnownNames
{
    private const int MostNames = 500_000;

    // Tables of later schemas are not there in an older database.
    private static readonly (string Table, string Column, RedactedKind Kind)[] Columns =
    [
        ("hosts", "name", RedactedKind.HostName), ("hosts", "host_id", RedactedKind.Identity), ("hosts", "group_name", RedactedKind.Label), ("host_tags", "tag", RedactedKind.Label),
        ("annotations", "author", RedactedKind.Person), ("audit", "actor", RedactedKind.Person), ("accounts", "name", RedactedKind.Person), ("accounts", "subject", RedactedKind.Person),
        ("api_tokens", "name", RedactedKind.Label), ("probes", "name", RedactedKind.HostName), ("probes", "host_id", RedactedKind.Identity), ("enrolment_tokens", "created_by", RedactedKind.Person),
        ("alerts", "host_name", RedactedKind.HostName), ("alert_silences", "author", RedactedKind.Person), ("alert_targets", "name", RedactedKind.Label), ("alert_targets", "user_name", RedactedKind.Person),
    ];

    /// <summary>Tells a redactor of them.</summary>
    public static void Tell(Redactor redactor, StoreEngine store, IConfiguration configuration)
    {
        redactor.Know(RedactedKind.HostName, Environment.MachineName);
        foreach (string host in (configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsNamed))
        {
            redactor.Know(RedactedKind.HostName, host);
        }

        if (!store.IsThere)
        {
            return;
        }

        using DbConnection connection = store.OpenReader();
        foreach ((string table, string column, RedactedKind kind) in Columns.Where(entry => store.HasColumn(connection, entry.Table, entry.Column)))
        {
            foreach (string name in connection.Query<string>($"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND {column} <> '' LIMIT {MostNames}", buffered: false))
            {
                Tell(redactor, kind, name);
            }
        }
    }

    private static bool IsNamed(string host) => host is not ("*" or "localhost") && !char.IsAsciiDigit(host[0]) && host[0] != '[';

    // Actors are 'system', accounts, 'token:NAME' and 'probe:HOST-ID'.
    private static void Tell(Redactor redactor, RedactedKind kind, string name)
    {
        string plain = kind == RedactedKind.Person && name.Split(':', 2) is ["token" or "probe", var rest] ? rest : name;
        if (plain != Actor.System.Name)
        {
            redactor.Know(kind, plain);
        }
    }
}
