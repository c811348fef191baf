namespace TdxDash.HostProbe.Nfd;

/// <summary>One line of a feature file of node-feature-discovery.</summary>
/// <param name="Name">The name without its namespace.</param>
/// <param name="Value">The value, in the characters of a Kubernetes label.</param>
/// <param name="IsLabel">Whether NFD makes a label of it; otherwise it is a feature that only rules see.</param>
internal sealed record NfdFeature(string Name, string Value, bool IsLabel);
