using System.Collections.Immutable;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Nodes;

/// <summary>What a node keeps in memory of the store beside hosts, read again when another node changed it.</summary>
internal sealed class SharedBooks(AccountBook accounts, SessionBook sessions, TokenBook tokens, LabelBook labels, AlertBook alerts, HistoryFeed history, ProbeConnections probes)
{
    /// <summary>What there is to be read again, by its name in the store's table of news. Accounts first: who may do what decides what is shown of the rest.</summary>
    public static readonly ImmutableArray<string> Areas = ["accounts", "sessions", "tokens", "probes", "labels", "alerts", "alert_log", "history"];

    /// <summary>Reads one area again.</summary>
    /// <param name="area">One of <see cref="Areas"/>.</param>
    public void Refresh(string area)
    {
        Action reload = area switch
        {
            "accounts" => accounts.Reload,
            "sessions" => sessions.Reload,
            "tokens" => tokens.Reload,
            "probes" => probes.CutEnded,
            "labels" => labels.Reload,
            "alerts" => alerts.Load,
            "alert_log" => alerts.LoadTold,
            // Of the whole fleet: which hosts they were is not said.
            "history" => () => history.Announce([]),
            _ => throw new ArgumentOutOfRangeException(nameof(area), area, "There is no such area."),
        };
        reload();
    }
}
