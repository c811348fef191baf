namespace TdxDash.Tdx.SysConfig;

/// <summary>The module's life up to readiness (TDX module source, <c>sys_state_e</c>).</summary>
public enum SysState
{
    /// <summary>TDH.SYS.INIT is awaited.</summary>
    SysInitPending,

    /// <summary>TDH.SYS.INIT is done; TDH.SYS.CONFIG is awaited once every logical processor did TDH.SYS.LP.INIT.</summary>
    SysInitDone,

    /// <summary>TDH.SYS.CONFIG is done; TDH.SYS.KEY.CONFIG is awaited on every package.</summary>
    SysConfigDone,

    /// <summary>The module serves TDs.</summary>
    SysReady,

    /// <summary>The module was shut down.</summary>
    SysShutdown,
}

/// <summary>What the module knows when TDH.SYS.CONFIG is called.</summary>
public sealed record SysConfigPlatform
{
    /// <summary>Architectural number of physical address bits of every TDX platform.</summary>
    public const int PhysicalAddressBits = 52;

    /// <summary>First bit of the HKID inside a physical address.</summary>
    public required int HkidStartBit { get; init; }

    /// <summary>Number of HKID bits.</summary>
    public required int HkidBits { get; init; }

    /// <summary>First private HKID.</summary>
    public required uint PrivateHkidMin { get; init; }

    /// <summary>Last private HKID.</summary>
    public required uint PrivateHkidMax { get; init; }

    /// <summary>The SEAM range.</summary>
    public required RawRange Seamrr { get; init; }

    /// <summary>The CMRs; entries of size zero are ignored.</summary>
    public required IReadOnlyList<RawRange> Cmrs { get; init; }

    /// <summary>The module's state.</summary>
    public SysState State { get; init; } = SysState.SysInitDone;

    /// <summary>Logical processors of the platform.</summary>
    public uint LogicalProcessors { get; init; } = 1;

    /// <summary>Logical processors that did TDH.SYS.LP.INIT.</summary>
    public uint InitializedLogicalProcessors { get; init; } = 1;

    /// <summary>Whether another call holds the module's global lock.</summary>
    public bool GlobalLockHeld { get; init; }

    /// <summary>Whether the module offers Dynamic PAMT (TDX_FEATURES0 bit 36) and so takes R8 bit 16; to others it is a reserved bit.</summary>
    public bool OffersDynamicPamt { get; init; }

    /// <summary>The HKID bits of a physical address.</summary>
    public ulong HkidMask => ((1UL << HkidBits) - 1) << HkidStartBit;

    /// <summary>Whether an HKID is private.</summary>
    public bool IsPrivate(ulong hkid) => hkid >= PrivateHkidMin && hkid <= PrivateHkidMax;
}

/// <summary>The operands of TDH.SYS.CONFIG and the memory that they point to.</summary>
/// <param name="Rcx">The physical address of the array of TDMR_INFO addresses.</param>
/// <param name="Rdx">The number of TDMRs.</param>
/// <param name="R8">The global private HKID, and <see cref="SysConfigModel.DynamicPamtOption"/>.</param>
/// <param name="Tdmrs">The entries. Where RDX says more, the array behind them holds zeros, and so does the memory at address 0.</param>
public sealed record SysConfigOperands(ulong Rcx, ulong Rdx, ulong R8, IReadOnlyList<TdmrInfo> Tdmrs);

/// <summary>What TDH.SYS.CONFIG answers.</summary>
/// <param name="Status">RAX.</param>
/// <param name="State">The module's state behind the call.</param>
/// <param name="Hkid">The HKID that the module keeps: set as soon as the operands are accepted, even when a TDMR is refused later; else 0.</param>
public sealed record SysConfigAnswer(ulong Status, SysState State, ulong Hkid)
{
    /// <summary>Whether the configuration was accepted.</summary>
    public bool IsAccepted => Status == 0;
}
