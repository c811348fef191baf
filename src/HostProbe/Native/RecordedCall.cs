namespace TdxDash.HostProbe.Native;

/// <summary>One SEAMCALL as it was made and answered.</summary>
/// <param name="Leaf">The leaf number.</param>
/// <param name="In">The registers before.</param>
/// <param name="Out">The registers after.</param>
/// <param name="Page">The page after, 4,096 bytes; empty where the call had none.</param>
/// <param name="Error">Why the call was not executed; null when it was.</param>
public sealed record RecordedCall(ulong Leaf, SeamcallRegisters In, SeamcallRegisters Out, ReadOnlyMemory<byte> Page, SeamcallTransportException? Error);
