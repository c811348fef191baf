using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Native;

/// <summary>Where an emulated module is in its life (<c>tdxdash_sys_state</c>).</summary>
public enum EmulatedSysState
{
    /// <summary>TDH.SYS.INIT is awaited.</summary>
    InitPending = 0,

    /// <summary>TDH.SYS.LP.INIT is awaited on every processor, and then TDH.SYS.CONFIG, or TDH.SYS.UPDATE.</summary>
    InitDone = 1,

    /// <summary>TDH.SYS.KEY.CONFIG is awaited on every package.</summary>
    ConfigDone = 2,

    /// <summary>TDMRs can be initialized, and TDs can run.</summary>
    Ready = 3,

    /// <summary>SEAMLDR.INSTALL is awaited on every processor.</summary>
    Shutdown = 4,

    /// <summary>No module is loaded; SEAMLDR.INSTALL is awaited on every processor.</summary>
    NoModule = 5,
}

/// <summary>The leaves that change the state of an emulated module (Intel TDX module ABI and SEAM Loader Interface specifications).</summary>
public enum EmulatedLeaf : ulong
{
    /// <summary>TDH.SYS.KEY.CONFIG, once on one processor of every package.</summary>
    SysKeyConfig = 31,

    /// <summary>TDH.SYS.INIT, once. RCX is 0.</summary>
    SysInit = 33,

    /// <summary>TDH.SYS.LP.INIT, once on every processor.</summary>
    SysLpInit = 35,

    /// <summary>TDH.SYS.TDMR.INIT, until the TDMR at RCX is done; RDX is the next address, rounded down to 1 GiB.</summary>
    SysTdmrInit = 36,

    /// <summary>TDH.SYS.LP.SHUTDOWN, which does nothing in any state.</summary>
    SysLpShutdown = 44,

    /// <summary>TDH.SYS.CONFIG. RCX, RDX and R8 are as for <see cref="EmulatedModule.SysConfig"/>.</summary>
    SysConfig = 45,

    /// <summary>TDH.SYS.SHUTDOWN. RCX is the handoff version.</summary>
    SysShutdown = 52,

    /// <summary>TDH.SYS.UPDATE, once, on a module that SEAMLDR.INSTALL installed as an update.</summary>
    SysUpdate = 53,

    /// <summary>SEAMLDR.INSTALL on every processor; the last one installs. RCX is the address of SEAMLDR_PARAMS.</summary>
    SeamldrInstall = 0x8000_0000_0000_0001,
}

/// <summary>What SEAMLDR.INSTALL is to do (<c>tdxdash_scenario</c>).</summary>
public enum InstallScenario
{
    /// <summary>Load a module; nothing is kept.</summary>
    Load = 0,

    /// <summary>Update the module; what it handed over is kept.</summary>
    Update = 1,
}

/// <summary>Where an emulated module is in its life.</summary>
public sealed record EmulatedModuleState
{
    /// <summary>The module's state.</summary>
    public required EmulatedSysState State { get; init; }

    /// <summary>The global private HKID that it keeps; 0 before TDH.SYS.CONFIG accepted its operands.</summary>
    public required uint Hkid { get; init; }

    /// <summary>TDMRs of an accepted configuration; else 0.</summary>
    public required int TdmrCount { get; init; }

    /// <summary>Pages of 4 KiB of emulated memory that were written.</summary>
    public required int PageCount { get; init; }

    /// <summary>Logical processors of the platform.</summary>
    public required int Processors { get; init; }

    /// <summary>Those that did TDH.SYS.LP.INIT of the module that is loaded.</summary>
    public required int InitializedProcessors { get; init; }

    /// <summary>Those that called SEAMLDR.INSTALL in the session that is open; 0 where none is.</summary>
    public required int InstallingProcessors { get; init; }

    /// <summary>Packages of the platform.</summary>
    public required int Packages { get; init; }

    /// <summary>Those that did TDH.SYS.KEY.CONFIG.</summary>
    public required int KeyedPackages { get; init; }

    /// <summary>Updates that the P-SEAMLDR still allows.</summary>
    public required int RemainingUpdates { get; init; }

    /// <summary>The version of the data that the old module handed over and no module took up yet; null where there is none.</summary>
    public required int? HandoffVersion { get; init; }

    /// <summary>TDMRs in that data.</summary>
    public required int HandoffTdmrCount { get; init; }

    /// <summary>Bytes of all TDMRs.</summary>
    public required ByteSize TdmrSize { get; init; }

    /// <summary>Bytes of all TDMRs that TDH.SYS.TDMR.INIT initialized.</summary>
    public required ByteSize InitializedSize { get; init; }

    /// <summary>How often ordered faults struck.</summary>
    public required long FaultsStruck { get; init; }

    /// <summary>Rises with each call that can change state, and with all that is set up, staged or ordered.</summary>
    public required long Revision { get; init; }

    /// <summary>The profile of the module that is loaded or was last; empty before the first one.</summary>
    public required string Profile { get; init; }
}

/// <summary>A logical processor of an emulated platform.</summary>
/// <param name="Package">Its package.</param>
/// <param name="IsInitialized">Whether it did TDH.SYS.LP.INIT.</param>
/// <param name="IsInstalling">Whether it called SEAMLDR.INSTALL in the session that is open.</param>
/// <param name="LastLeaf">The last leaf that can change state; null where it called none.</param>
/// <param name="LastStatus">What that leaf answered.</param>
public sealed record EmulatedProcessor(int Package, bool IsInitialized, bool IsInstalling, EmulatedLeaf? LastLeaf, ulong LastStatus);

/// <summary>A package of an emulated platform.</summary>
/// <param name="FirstProcessor">Its first logical processor; the others follow.</param>
/// <param name="Processors">How many it has.</param>
/// <param name="IsKeyed">Whether it did TDH.SYS.KEY.CONFIG.</param>
public sealed record EmulatedPackage(int FirstProcessor, int Processors, bool IsKeyed);

/// <summary>A TDMR of an emulated module.</summary>
/// <param name="Range">Bytes.</param>
/// <param name="Initialized">Bytes from its start on that TDH.SYS.TDMR.INIT initialized.</param>
public sealed record EmulatedTdmr(AddressRange Range, ByteSize Initialized);
