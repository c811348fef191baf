using TdxDash.HostProbe.Native;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>One SEAMCALL as it was made and answered.</summary>
/// <param name="Leaf">The leaf number.</param>
/// <param name="In">The registers before.</param>
/// <param name="Out">The registers after.</param>
/// <param name="Page">The page after; empty where the call had none.</param>
/// <param name="Error">Why the call was not executed; null when it was.</param>
public sealed record RecordedCall(ulong Leaf, SeamcallRegisters In, SeamcallRegisters Out, ReadOnlyMemory<byte> Page, SeamcallTransportException? Error);

/// <summary>What a module answered during one snapshot, or why there was none.</summary>
/// <param name="Opening">What opening gave; its transport is not used.</param>
/// <param name="Emulated">Whether the module was emulated.</param>
/// <param name="Calls">All calls in order.</param>
public sealed record RecordedModule(ModuleOpening Opening, bool Emulated, IReadOnlyList<RecordedCall> Calls);
