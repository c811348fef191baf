namespace TdxDash.FleetSimulator;

/// <summary>The run cannot go on; the message says why and what to do.</summary>
internal sealed class SimulatorException(string message, Exception? inner = null) : Exception(message, inner);
