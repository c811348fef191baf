using TdxDash.HostProbe.Native;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>What a module answered during one snapshot, or why there was none.</summary>
/// <param name="Opening">What opening gave; its transport is not used.</param>
/// <param name="Emulated">Whether the module was emulated.</param>
/// <param name="Calls">All calls in order.</param>
public sealed record RecordedModule(ModuleOpening Opening, bool Emulated, IReadOnlyList<RecordedCall> Calls);
