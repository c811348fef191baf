namespace TdxDash.FleetSimulator.Probes;

/// <summary>The dashboard refused what it has to accept; trying again would not help.</summary>
internal sealed class RefusedException(string message) : Exception(message);
