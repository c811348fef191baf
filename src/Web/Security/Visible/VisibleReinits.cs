using TdxDash.Web.Ingest;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Visible;

/// <summary>Initialisations and updates of the hosts that the viewer may see.</summary>
internal sealed class VisibleReinits(ReinitView reinits, IViewer viewer) : IReinitView
{
    /// <inheritdoc/>
    public IReadOnlyCollection<HostReinit> Hosts => viewer.Rights.SeesAll ? reinits.Hosts : [.. reinits.Hosts.Where(host => Sees(host.HostId))];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Updating => viewer.Rights.SeesAll ? reinits.Updating : [.. reinits.Updating.Where(Sees)];

    /// <inheritdoc/>
    public HostReinit? Find(string hostId) => Sees(hostId) ? reinits.Find(hostId) : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReinitEvent>> EventsAsync(string hostId, int most, CancellationToken cancellation) =>
        Sees(hostId) ? await reinits.EventsAsync(hostId, most, cancellation) : [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReinitEvent>> RecentAsync(int most, CancellationToken cancellation)
    {
        IReadOnlyList<ReinitEvent> recent = await reinits.RecentAsync(most, cancellation);
        return viewer.Rights.SeesAll ? recent : [.. recent.Where(one => Sees(one.HostId))];
    }

    /// <inheritdoc/>
    public IDisposable Follow(Action<IReadOnlyList<ReinitNews>> onNews) => reinits.Follow(news =>
    {
        IReadOnlyList<ReinitNews> seen = viewer.Rights.SeesAll ? news : [.. news.Where(one => Sees(one.Event.HostId))];
        if (seen.Count > 0)
        {
            onNews(seen);
        }
    });

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<HostReinit> onChange) => reinits.Subscribe(host =>
    {
        if (Sees(host.HostId))
        {
            onChange(host);
        }
    });

    private bool Sees(string hostId) => viewer.May(Role.Viewer, hostId);
}

/// <summary>Asks probes of demo machines for viewers that may.</summary>
internal sealed class AllowedReinitRequests(ReinitRequests requests, AuditLog audit, IViewer viewer) : IReinitRequests
{
    /// <inheritdoc/>
    public async Task<string?> AskAsync(string hostId, string profile, string fault, CancellationToken cancellation)
    {
        if (!viewer.May(Role.Operator, hostId))
        {
            return Refusal.Of(Role.Operator);
        }

        // Who leaves the page does not take back what was asked for.
        string outcome = ": not answered";
        try
        {
            string? refusal = await requests.AskAsync(hostId, profile, fault, cancellation);
            outcome = refusal is null ? "" : ": refused";
            return refusal;
        }
        finally
        {
            await audit.AddAsync(new AuditEntry(viewer.Actor, "demo.reinit", hostId, $"{profile}{(fault.Length > 0 ? $", fault {fault}" : "")}{outcome}"));
        }
    }
}

/// <summary>What somebody is told who may not do what a page offers; pages hide it, but a role can be taken while one is open.</summary>
internal static class Refusal
{
    /// <summary>The sentence.</summary>
    public static string Of(Role role) => $"Your account may not do this: it takes the role {role.ToString().ToLowerInvariant()} for these hosts. An administrator can give it to you.";
}
