using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>A place in the table and the host that stands in it. Rows are the same where their places are: the grid keys its rows by that, and so writes another
/// host's values into the elements that are there, instead of making all of them anew with each search and order.</summary>
/// <param name="place">The place among all rows, from 0.</param>
/// <param name="host">The host.</param>
public sealed class FleetRow(int place, FleetHost host) : IEquatable<FleetRow>
{
    /// <summary>The place among all rows, from 0.</summary>
    public int Place => place;

    /// <summary>The host.</summary>
    public FleetHost Host => host;

    /// <summary>Whether it is the same place, whoever stands in it.</summary>
    public bool Equals(FleetRow? other) => other is not null && place == other.Place;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FleetRow);

    /// <inheritdoc/>
    public override int GetHashCode() => place;
}
