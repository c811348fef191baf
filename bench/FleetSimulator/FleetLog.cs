namespace TdxDash.FleetSimulator;

/// <summary>Where probes count: in the phase that goes on.</summary>
/// <param name="started">When the run began.</param>
internal sealed class FleetLog(DateTimeOffset started)
{
    private volatile FleetCounts _now = new();

    /// <summary>The phase that goes on.</summary>
    public FleetCounts Now => _now;

    /// <summary>What the numbers of observations are above: higher than those of every earlier run.</summary>
    public long FirstObservation { get; } = started.ToUnixTimeMilliseconds();

    /// <summary>Begins another phase.</summary>
    /// <returns>Its counts.</returns>
    public FleetCounts Begin() => _now = new FleetCounts();
}
