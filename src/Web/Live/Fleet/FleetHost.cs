using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Live.Fleet;

/// <summary>One host of the fleet at one moment. Two are equal when they are the same host, whatever its values: a table keeps a host's row while its values change.</summary>
/// <param name="entry">The host as the fleet knows it.</param>
/// <param name="figures">What follows from its values.</param>
/// <param name="labels">Its group and tags.</param>
public sealed class FleetHost(HostEntry entry, HostFigures figures, HostLabels labels) : IEquatable<FleetHost>
{
    /// <summary>The host's identity.</summary>
    public string Id => entry.HostId;

    /// <summary>The host as the fleet knows it.</summary>
    public HostEntry Entry => entry;

    /// <summary>Its values.</summary>
    public HostSummary Summary => figures.Summary;

    /// <summary>What follows from its values.</summary>
    public HostFigures Figures => figures;

    /// <summary>Its group and tags.</summary>
    public HostLabels Labels => labels;

    /// <summary>Whether it is a demo host: everything about it is emulated.</summary>
    public bool IsDemo => Summary.Origin == Origin.Demo;

    /// <summary>How long ago the dashboard heard of it.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) => now - entry.LastSeen;

    /// <summary>Whether it was not heard of for so long that its values are old.</summary>
    public bool IsSilentAt(DateTimeOffset now) => entry.IsSilentAt(now);

    /// <summary>Whether two moments of a host look the same but for its age.</summary>
    public bool LooksLike(FleetHost other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(figures, other.Figures) && labels.Equals(other.Labels);
    }

    /// <inheritdoc/>
    public bool Equals(FleetHost? other) => other is not null && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FleetHost);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Id);
}
