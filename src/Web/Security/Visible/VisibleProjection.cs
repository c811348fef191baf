using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Security.Visible;

/// <summary>The fleet's lists as far as the viewer may see them. Who sees everything shares one snapshot with all others who do.</summary>
internal sealed class VisibleProjection(FleetProjection projection, IViewer viewer) : IFleetProjection
{
    private readonly Lock _gate = new();
    private (FleetSnapshot Whole, Rights Rights, FleetSnapshot Part)? _last;

    /// <inheritdoc/>
    public FleetSnapshot Current => PartOf(projection.Current);

    /// <inheritdoc/>
    public FleetHost? Find(string hostId) => viewer.May(Role.Viewer, hostId) ? projection.Find(hostId) : null;

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> onChange) => projection.Subscribe(hostId =>
    {
        // A host that leaves the viewer's groups is a change of the list too.
        if (viewer.Rights.SeesAll || viewer.May(Role.Viewer, hostId) || Shows(hostId))
        {
            onChange(hostId);
        }
    });

    private bool Shows(string hostId)
    {
        lock (_gate)
        {
            return _last is { } last && last.Part.Hosts.Any(host => host.Id == hostId);
        }
    }

    private FleetSnapshot PartOf(FleetSnapshot whole)
    {
        Rights rights = viewer.Rights;
        if (rights.SeesAll)
        {
            return whole;
        }

        lock (_gate)
        {
            if (_last is not { } last || !ReferenceEquals(last.Whole, whole) || !ReferenceEquals(last.Rights, rights))
            {
                _last = last = (whole, rights, new FleetSnapshot(whole.Version, whole.At, [.. whole.Hosts.Where(host => rights.May(Role.Viewer, host.Labels.Group))]));
            }

            return last.Part;
        }
    }
}
