using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Reinit;

/// <summary>A stage of a module's life, in order.</summary>
public enum ReinitStage
{
    /// <summary>An emulated P-SEAMLDR loads the module at boot.</summary>
    BootInstall,

    /// <summary>The kernel printed the private KeyIDs.</summary>
    KeyIds,

    /// <summary>The kernel called the module and found none.</summary>
    ModuleAbsent,

    /// <summary>TDH.SYS.INIT, and TDH.SYS.LP.INIT on every processor.</summary>
    PerCpu,

    /// <summary>The TDMRs are built and TDH.SYS.CONFIG takes them.</summary>
    Config,

    /// <summary>TDH.SYS.KEY.CONFIG in every package.</summary>
    KeyConfig,

    /// <summary>TDH.SYS.TDMR.INIT fills the PAMTs.</summary>
    TdmrInit,

    /// <summary>The kernel printed how much the PAMTs take.</summary>
    Pamt,

    /// <summary>The kernel said that the module is initialised.</summary>
    Initialised,

    /// <summary>Somebody began to upload an image, or a change was found.</summary>
    Detected,

    /// <summary>The kernel has the image and is about to begin.</summary>
    Receiving,

    /// <summary>The driver looks whether it can.</summary>
    Preparing,

    /// <summary>The image goes to the driver.</summary>
    Transferring,

    /// <summary>The kernel has stopped all processors and replaces the module: nothing of it can be observed on a real host.</summary>
    InKernel,

    /// <summary>TDH.SYS.SHUTDOWN; seen of an emulated module alone.</summary>
    Shutdown,

    /// <summary>SEAMLDR.INSTALL on every processor; seen of an emulated module alone.</summary>
    Install,

    /// <summary>TDH.SYS.INIT and TDH.SYS.LP.INIT of the new module; seen of an emulated module alone.</summary>
    NewPerCpu,

    /// <summary>TDH.SYS.UPDATE; seen of an emulated module alone.</summary>
    HandOver,

    /// <summary>The update is over, and the module is read again.</summary>
    Rereading,

    /// <summary>The module answered after the update.</summary>
    Verified,
}

/// <summary>How a stage stands.</summary>
public enum StageStatus
{
    /// <summary>It has not begun.</summary>
    Waiting,

    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It was seen and is over.</summary>
    Done,

    /// <summary>It is over, as a later one shows; nothing told of it.</summary>
    Unseen,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was not reached.</summary>
    NotReached,
}

/// <summary>One stage of a run.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Status">How it stands.</param>
public sealed record StageRecord(ReinitStage Stage, StageStatus Status)
{
    /// <summary>When it began, by the host's clock; null where that was not seen.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When it ended, by the host's clock, never before it began; null where it has not, or that was not seen.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Where it is known from; null while it waits.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Processors, packages or bytes that are done; null where the source does not count.</summary>
    public long? Done { get; init; }

    /// <summary>How many there are.</summary>
    public long? Total { get; init; }

    /// <summary>A figure or line that the source gave with it; empty where none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether <see cref="Done"/> and <see cref="Total"/> are bytes.</summary>
    public bool CountsBytes => Stage is ReinitStage.TdmrInit or ReinitStage.Transferring;

    /// <summary>Whether nothing of it can be observed while it goes on.</summary>
    public bool IsDark => Stage == ReinitStage.InKernel && Provenance != Snapshots.Provenance.Emulated;

    /// <summary>How long it took or takes; null where its beginning or end was not seen.</summary>
    /// <param name="now">The host's clock.</param>
    public TimeSpan? Elapsed(DateTimeOffset now) => (Start, End, Status) switch
    {
        ({ } start, { } end, _) => end - start,
        ({ } start, null, StageStatus.Running) => now > start ? now - start : TimeSpan.Zero,
        _ => null,
    };
}
