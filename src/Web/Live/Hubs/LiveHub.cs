using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.Hubs;

/// <summary>For scripts and other tools: what is seen of initialisations and updates, as it is stored, from any revision on. docs/live.md says how to use it.</summary>
internal sealed class LiveHub(LiveStream stream, EventReader reader, ReinitView reinits, FleetView fleet, LabelBook labels, CallerWatch callers) : Hub
{
    /// <summary>The hub's path.</summary>
    public const string Path = "/hubs/live";

    /// <summary>The most bytes of a message to it.</summary>
    public const int MaxMessageBytes = 8 << 10;

    /// <summary>The most subscriptions of one connection at a time.</summary>
    public const int MaxSubscriptions = 16;

    /// <summary>What is kept.</summary>
    public LiveRevisions Revisions() => reader.Bounds();

    /// <summary>Streams what was missed since a revision, then what comes, without gap or duplicate, until the caller cancels.</summary>
    /// <param name="scope">Of which hosts.</param>
    /// <param name="fromRevision">The last revision that the caller has; 0 for everything that is kept; null for only what comes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HubException">Why not, and what to do.</exception>
    public async IAsyncEnumerable<LiveRecord> Subscribe(LiveScope? scope, long? fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Func<string, bool> isMeant = Understand(scope);
        if (Count(1) > MaxSubscriptions)
        {
            Count(-1);
            throw new HubException($"A connection has at most {MaxSubscriptions} subscriptions at a time: cancel one, or open another connection.");
        }

        try
        {
            await foreach (LiveRecord record in stream.ReadAsync(host => isMeant(host) && Sees(host), scope!.Host?.ToLowerInvariant(), fromRevision, cancellation))
            {
                yield return record;
            }
        }
        finally
        {
            Count(-1);
        }
    }

    private Func<string, bool> Understand(LiveScope? scope)
    {
        if (scope is null || (scope.All ? 1 : 0) + (scope.Group is null ? 0 : 1) + (scope.Host is null ? 0 : 1) != 1)
        {
            throw new HubException("""The scope names not exactly one of all, group and host: send {"all":true}, {"group":"NAME"} or {"host":"IDENTITY"}.""");
        }

        if (scope.Host is { } host)
        {
            string known = host.ToLowerInvariant();
            return Sees(known) && (fleet.Find(known) is not null || reinits.Find(known) is not null) ? id => id == known
                : throw new HubException($"No host with the identity '{Shown(host)}' has reported to this dashboard. Use the one in the address of its page.");
        }

        if (scope.Group is { } name)
        {
            return LabelText.TryParse(name, out LabelText group) && SeenGroups.Contains(group.ToString()) ? id => labels.Find(id).Group == group
                : throw new HubException($"There is no group '{Shown(name)}'. Groups in use: {(SeenGroups.Count == 0 ? "none" : string.Join(", ", SeenGroups.Take(MaxSubscriptions)))}.");
        }

        return _ => true;
    }

    // The groups that the caller may see.
    private List<string> SeenGroups
    {
        get
        {
            Rights rights = callers.Of(Context.User);
            return [.. labels.InUse.Groups.Where(name => LabelText.TryParse(name, out LabelText group) && rights.May(Role.Viewer, group))];
        }
    }

    // Asked for every record: a session or token may be over by now.
    private bool Sees(string hostId) => callers.Of(Context.User).May(Role.Viewer, labels.Find(hostId).Group);

    private static string Shown(string text) => ShownText.Limit(text, ShownText.MaxName);

    // A connection's calls may run at the same time.
    private int Count(int change)
    {
        lock (Context.Items)
        {
            int now = (Context.Items.TryGetValue(typeof(LiveHub), out object? count) ? (int)count! : 0) + change;
            Context.Items[typeof(LiveHub)] = now;
            return now;
        }
    }
}
