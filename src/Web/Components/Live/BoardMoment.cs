using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>What a board is made of at one moment.</summary>
/// <param name="Fleet">The hosts.</param>
/// <param name="Find">What is known of a host's module; null where nothing is.</param>
/// <param name="Now">The dashboard's clock.</param>
public sealed record BoardMoment(FleetSnapshot Fleet, Func<string, HostReinit?> Find, DateTimeOffset Now)
{
    /// <summary>Now; what is found later is newer.</summary>
    public static BoardMoment Of(IFleetProjection projection, IReinitView reinits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentNullException.ThrowIfNull(reinits);
        ArgumentNullException.ThrowIfNull(time);
        return new BoardMoment(projection.Current, reinits.Find, time.GetUtcNow());
    }

    /// <summary>Now, as it stays: for a board that is paused, however it is looked at.</summary>
    public static BoardMoment Held(IFleetProjection projection, IReinitView reinits, TimeProvider time)
    {
        BoardMoment now = Of(projection, reinits, time);
        Dictionary<string, HostReinit> hosts = reinits.Hosts.ToDictionary(host => host.HostId, StringComparer.Ordinal);
        return now with { Find = hosts.GetValueOrDefault };
    }
}
