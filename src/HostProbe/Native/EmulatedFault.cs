namespace TdxDash.HostProbe.Native;

/// <summary>What can go wrong in an emulated module (<c>tdxdash_fault_kind</c>).</summary>
public enum EmulatedFaultKind
{
    /// <summary>Random numbers run out: TDX_RND_NO_ENTROPY of TDH.SYS.INIT and TDH.SYS.LP.INIT, TDX_KEY_GENERATION_FAILED of
    /// TDH.SYS.KEY.CONFIG, ENOENTROPY of SEAMLDR.INSTALL. The target is a processor.</summary>
    Entropy = 1,

    /// <summary>A lock is held: TDX_OPERAND_BUSY of TDH.SYS.TDMR.INIT, TDX_SYS_BUSY of the other leaves of the module. The target is a
    /// processor.</summary>
    Busy = 2,

    /// <summary>TDX_KEY_GENERATION_FAILED of TDH.SYS.KEY.CONFIG. The target is a package.</summary>
    Key = 3,

    /// <summary>TDH.SYS.INIT or TDH.SYS.LP.INIT finds CPUID, an MSR or the SMRRs wrong. Needs its leaf, and a status of class 9. The target
    /// is a processor.</summary>
    Platform = 4,

    /// <summary>SEAMLDR.INSTALL refuses the image on the last processor, with the status EBADSIG, ENOMEM or EUNSUPCPU, which leave the old
    /// module, or EBADHASH, which leaves none.</summary>
    Image = 5,

    /// <summary>TDX_SYS_INVALID_HANDOFF of TDH.SYS.UPDATE.</summary>
    Handoff = 6,
}

/// <summary>A fault that is ordered of an emulated module. Of the calls that it concerns it lets <see cref="Skip"/> go by, and then strikes
/// <see cref="Permille"/> of 1,000, by chance that a seed decides, and no more than <see cref="Times"/>.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record EmulatedFault(EmulatedFaultKind Kind)
{
    /// <summary>The processor or package that it strikes; null for every one.</summary>
    public int? Target { get; init; }

    /// <summary>The leaf that it strikes; null for every one that can meet it.</summary>
    public EmulatedLeaf? Leaf { get; init; }

    /// <summary>The completion status of <see cref="EmulatedFaultKind.Platform"/> and <see cref="EmulatedFaultKind.Image"/>; else 0.</summary>
    public ulong Status { get; init; }

    /// <summary>How many of 1,000 calls it strikes; 1 to 1,000.</summary>
    public int Permille { get; init; } = 1_000;

    /// <summary>How many calls it lets go by first.</summary>
    public int Skip { get; init; }

    /// <summary>How often it strikes at most; null without limit.</summary>
    public int? Times { get; init; }

    internal NativeFault ToNative() => new()
    {
        Kind = (uint)Kind,
        Target = Target is { } target ? (uint)target : uint.MaxValue,
        Leaf = (ulong)(Leaf ?? 0),
        Status = Status,
        Permille = (uint)Permille,
        Skip = (uint)Skip,
        Times = (uint)(Times ?? 0),
    };
}
