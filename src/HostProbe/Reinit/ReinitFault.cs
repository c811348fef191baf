using TdxDash.HostProbe.Native;

namespace TdxDash.HostProbe.Reinit;

/// <summary>What is to go wrong with the update of an emulated module.</summary>
internal static class ReinitFault
{
    private const ulong BadSignature = 0x8000_0000_0002_0000;

    /// <summary>The names that are understood.</summary>
    public static IReadOnlyList<string> Names { get; } = ["busy", "refused", "entropy", "after-shutdown"];

    /// <summary>The faults to order of the emulated module; empty for an empty name.</summary>
    public static IReadOnlyList<EmulatedFault> Of(string name) => name switch
    {
        // A TD is being built: TDH.SYS.SHUTDOWN finds the module busy.
        "busy" => [new EmulatedFault(EmulatedFaultKind.Busy) { Leaf = EmulatedLeaf.SysShutdown }],
        "refused" => [new EmulatedFault(EmulatedFaultKind.Image) { Status = BadSignature }],
        "entropy" => [new EmulatedFault(EmulatedFaultKind.Entropy) { Leaf = EmulatedLeaf.SysInit }],
        "after-shutdown" => [new EmulatedFault(EmulatedFaultKind.Handoff)],
        _ => [],
    };
}
