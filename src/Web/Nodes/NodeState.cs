namespace TdxDash.Web.Nodes;

/// <summary>How far the store is, as one look found it.</summary>
/// <param name="Snapshots">The highest number of a snapshot; 0 before the first.</param>
/// <param name="Events">The highest number of an observation; 0 before the first.</param>
/// <param name="Now">The server's clock, in microseconds since 1970 in UTC.</param>
/// <param name="Nodes">How many other dashboards write to it.</param>
/// <param name="News">The number of each area, as others than this node raised it.</param>
internal sealed record NodeState(long Snapshots, long Events, long Now, long Nodes, IReadOnlyDictionary<string, long> News);
