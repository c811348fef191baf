using System.Collections.Immutable;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Alerts;

/// <summary>An alert that is pending or fires, as a page lists it.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Host">The host; null where it is gone.</param>
/// <param name="Silence">The silence that covers it; null for none.</param>
public sealed record AlertRow(LiveAlert Alert, FleetHost? Host, AlertSilence? Silence)
{
    /// <summary>The part of the page that lists it.</summary>
    public AlertsPart Part => !Alert.Track.IsFiring ? AlertsPart.Pending : Silence is null ? AlertsPart.Firing : AlertsPart.Silenced;
}

/// <summary>The alerts of the hosts that somebody may see.</summary>
/// <param name="Rows">All of them, in the order of <see cref="IAlertView.Live"/>.</param>
public sealed record AlertList(ImmutableArray<AlertRow> Rows)
{
    /// <summary>No alerts.</summary>
    public static AlertList Empty { get; } = new([]);

    /// <summary>Makes it.</summary>
    /// <param name="view">The alerts.</param>
    /// <param name="fleet">The hosts.</param>
    /// <param name="labels">Their groups.</param>
    /// <param name="rights">What somebody may see.</param>
    /// <param name="now">The dashboard's clock.</param>
    /// <param name="hostId">Only this host; null for all.</param>
    public static AlertList Of(IAlertView view, IFleetProjection fleet, ILabelBook labels, Rights rights, DateTimeOffset now, string? hostId = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(rights);
        ImmutableArray<AlertSilence> silences = view.Silences;
        var rows = ImmutableArray.CreateBuilder<AlertRow>();
        foreach (LiveAlert alert in view.Live.Where(alert => hostId is null || alert.HostId == hostId))
        {
            HostLabels known = labels.Find(alert.HostId);
            if (rights.May(Role.Viewer, known.Group))
            {
                rows.Add(new AlertRow(alert, fleet.Find(alert.HostId), silences.FirstOrDefault(silence => silence.Covers(alert.Rule.Id, alert.HostId, known, now))));
            }
        }

        return new AlertList(rows.ToImmutable());
    }

    /// <summary>How many alerts fire, of the hosts that somebody may see, and are not silenced. Without the rows, for every page asks.</summary>
    public static int Firing(IAlertView view, ILabelBook labels, Rights rights, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(rights);
        ImmutableArray<AlertSilence> silences = view.Silences;
        if (rights.SeesAll && silences.IsEmpty)
        {
            return view.Live.TakeWhile(alert => alert.Track.IsFiring).Count();
        }

        return view.Live.TakeWhile(alert => alert.Track.IsFiring).Count(alert => labels.Find(alert.HostId) is var known && rights.May(Role.Viewer, known.Group)
            && !silences.Any(silence => silence.Covers(alert.Rule.Id, alert.HostId, known, now)));
    }

    /// <summary>The rows that a state asks for, all pages of them.</summary>
    public ImmutableArray<AlertRow> Of(AlertsState state, AlertsPart part)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. Rows.Where(row => row.Part == part
            && (state.Rule.Length == 0 || row.Alert.Rule.Name == state.Rule)
            && (state.Group.Length == 0 || row.Host?.Labels.Group?.ToString() == state.Group)
            && (state.Host.Length == 0 || row.Alert.HostId == state.Host || (row.Host?.Summary.Name.Contains(state.Host, StringComparison.OrdinalIgnoreCase) ?? false)))];
    }
}
