using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Nodes;

/// <summary>What a node keeps in memory of the store beside hosts, read again when another node changed it.</summary>
internal sealed class SharedBooks(AccountBook accounts, SessionBook sessions, TokenBook tokens, LabelBook labels, AlertBook alerts, HistoryFeed history, ProbeConnections probes)
{
    /// <summary>The area of annotations and comparisons.</summary>
    public const string History = "history";

    /// <summary>Reads areas again.</summary>
    /// <param name="areas">Their names in the store's table of news; one that is not known here is a newer version's.</param>
    public void Refresh(IReadOnlyCollection<string> areas)
    {
        // Accounts first: who may do what decides what is shown of the rest.
        Refresh(areas, "accounts", accounts.Reload);
        Refresh(areas, "sessions", sessions.Reload);
        Refresh(areas, "tokens", tokens.Reload);
        Refresh(areas, "probes", probes.CutEnded);
        Refresh(areas, "labels", labels.Reload);
        Refresh(areas, "alerts", alerts.Load);
        // Of the whole fleet: which hosts they were is not said.
        Refresh(areas, History, () => history.Announce([]));
    }

    private static void Refresh(IReadOnlyCollection<string> areas, string area, Action reload)
    {
        if (areas.Contains(area))
        {
            reload();
        }
    }
}
