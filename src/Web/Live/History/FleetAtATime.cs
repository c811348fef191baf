using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.History;

/// <summary>The fleet as lists show it, now or at a time.</summary>
public sealed class FleetAtATime(IFleetProjection projection, IFleetHistory history, ILabelBook labels, IModuleCatalogue catalogue, TimeProvider time)
{
    /// <summary>The dashboard's time.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>How far the fleet's history reaches; null while there is none.</summary>
    /// <param name="cancellation">Ends the work.</param>
    public Task<HistorySpan?> SpanAsync(CancellationToken cancellation) => history.SpanAsync(null, cancellation);

    /// <summary>The fleet at a time. Groups, tags and the releases that are known are those of now: they are not kept over time.</summary>
    /// <param name="at">The time; null for now.</param>
    /// <param name="cancellation">Ends the work.</param>
    public async Task<FleetSnapshot> GetAsync(DateTimeOffset? at, CancellationToken cancellation)
    {
        if (at is not { } moment)
        {
            return projection.Current;
        }

        IReadOnlyList<HostEntry> entries = await history.AsOfAsync(moment, cancellation);
        return new FleetSnapshot(moment.UtcTicks, moment,
            [.. entries.Select(entry => new FleetHost(entry, new HostFigures(entry.Summary, catalogue.Current), labels.Find(entry.HostId))).Order(Comparer<FleetHost>.Create(FleetOrder.ByName))]);
    }
}
