using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Security.Visible;

/// <summary>The fleet as far as the viewer may see it.</summary>
internal sealed class VisibleFleet(FleetView fleet, IViewer viewer) : IFleetView
{
    /// <inheritdoc/>
    public IReadOnlyCollection<HostEntry> Hosts => viewer.Rights.SeesAll ? fleet.Hosts : [.. fleet.Hosts.Where(entry => viewer.May(Role.Viewer, entry.HostId))];

    /// <inheritdoc/>
    public HostEntry? Find(string hostId) => viewer.May(Role.Viewer, hostId) ? fleet.Find(hostId) : null;

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<HostEntry> onChange) => fleet.Subscribe(entry =>
    {
        if (viewer.May(Role.Viewer, entry.HostId))
        {
            onChange(entry);
        }
    });
}
