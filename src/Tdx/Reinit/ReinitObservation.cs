using System.Text.Json.Serialization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Reinit;

/// <summary>What a file of the TDX module's firmware-upload node says at one moment (Documentation/ABI/testing/sysfs-class-firmware).</summary>
/// <param name="Status"><c>idle</c>, <c>receiving</c>, <c>preparing</c>, <c>transferring</c> or <c>programming</c>; empty where it could not be read.</param>
/// <param name="Error"><c>phase:error</c> of the last update, empty where it did not fail; null where it could not be read, as the kernel refuses while an update runs.</param>
/// <param name="RemainingBytes">Bytes of the image that the driver has not taken yet; null where the kernel did not say.</param>
/// <param name="IsLoading">Whether somebody is writing an image; null where it could not be read.</param>
public sealed record UploadValues(string Status, string? Error, long? RemainingBytes, bool? IsLoading);

/// <summary>Whether the kernel has a TDX module.</summary>
public enum ModulePresence
{
    /// <summary>Nothing tells.</summary>
    Unknown,

    /// <summary>There is none.</summary>
    Absent,

    /// <summary>The kernel tells its version.</summary>
    Present,

    /// <summary>There was one, and the kernel answers ENXIO: it was lost, as after a failed update.</summary>
    Lost,
}

/// <summary>What the kernel's <c>tdx_host</c> device says.</summary>
/// <param name="Presence">Whether there is a module.</param>
/// <param name="Version">Its version as the kernel prints it; empty where it is not told.</param>
/// <param name="UpdatesLeft">Updates that the P-SEAMLDR still allows; null where the kernel hides it or it was not asked.</param>
public sealed record DeviceValues(ModulePresence Presence, string Version, int? UpdatesLeft = null);

/// <summary>What reading the module again gave.</summary>
/// <param name="Identity">The module; null where it did not answer.</param>
/// <param name="Problem">Why it did not answer; empty where it did.</param>
/// <param name="End">Whether it is not waited for any longer.</param>
public sealed record SweepResult(
    ModuleFingerprint? Identity, string Problem, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] SweepEnd End = SweepEnd.None);

/// <summary>Whether a module that did not answer is still waited for.</summary>
public enum SweepEnd
{
    /// <summary>It answered, or is waited for.</summary>
    None,

    /// <summary>It has not answered for too long.</summary>
    NoAnswer,

    /// <summary>It has said for too long that it is down.</summary>
    Lost,
}

/// <summary>A step that only an emulated module shows.</summary>
public enum EmulatedStep
{
    /// <summary>TDH.SYS.SHUTDOWN.</summary>
    Shutdown,

    /// <summary>SEAMLDR.INSTALL, counted in processors.</summary>
    Install,

    /// <summary>TDH.SYS.INIT.</summary>
    SysInit,

    /// <summary>TDH.SYS.LP.INIT, counted in processors.</summary>
    PerCpu,

    /// <summary>TDH.SYS.CONFIG.</summary>
    Config,

    /// <summary>TDH.SYS.KEY.CONFIG, counted in packages.</summary>
    KeyConfig,

    /// <summary>TDH.SYS.TDMR.INIT, measured in bytes.</summary>
    TdmrInit,

    /// <summary>TDH.SYS.UPDATE: what the old module handed over is taken up.</summary>
    HandOver,
}

/// <summary>How far an emulated module is in one step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Done">Processors, packages, bytes, or 1 where there is nothing to count.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Failed">Whether the step failed.</param>
public sealed record EmulatedProgress(EmulatedStep Step, long Done, long Total, bool Failed = false);

/// <summary>One thing that was seen of a module's life. Exactly one of the parts is there.</summary>
/// <param name="At">The host's clock: shown, never trusted for order.</param>
/// <param name="Provenance">Where it comes from.</param>
/// <param name="Source">The file or call.</param>
public sealed record ReinitObservation(DateTimeOffset At, Provenance Provenance, string Source)
{
    /// <summary>The most characters of a kernel log line that are kept.</summary>
    public const int MaxLine = 1_024;

    /// <summary>The most characters of any other text.</summary>
    public const int MaxText = 256;

    /// <summary>A line of the kernel log that speaks of TDX.</summary>
    public string? KernelLine { get; init; }

    /// <summary>The firmware-upload node.</summary>
    public UploadValues? Upload { get; init; }

    /// <summary>The <c>tdx_host</c> device.</summary>
    public DeviceValues? Device { get; init; }

    /// <summary>The module, read again.</summary>
    public SweepResult? Sweep { get; init; }

    /// <summary>The progress of an emulated module.</summary>
    public EmulatedProgress? Progress { get; init; }

    /// <summary>How many lines of the kernel log were overwritten before they were read: some of them may have spoken of TDX.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LostLines { get; init; }

    /// <summary>How many parts there are; a proper observation has one.</summary>
    [JsonIgnore]
    public int Parts => (KernelLine is null ? 0 : 1) + (Upload is null ? 0 : 1) + (Device is null ? 0 : 1) + (Sweep is null ? 0 : 1) + (Progress is null ? 0 : 1) + (LostLines is null ? 0 : 1);

    /// <summary>The same observation with every text plain and within its bound.</summary>
    public ReinitObservation Bounded() => this with
    {
        Source = Cut(Source, MaxText),
        KernelLine = KernelLine is null ? null : Cut(KernelLine, MaxLine),
        Upload = Upload is null ? null : Upload with { Status = Cut(Upload.Status, MaxText), Error = Upload.Error is null ? null : Cut(Upload.Error, MaxText) },
        Device = Device is null ? null : Device with { Version = Cut(Device.Version, MaxText) },
        Sweep = Sweep is null ? null : new SweepResult(Sweep.Identity?.Bounded(), Cut(Sweep.Problem, MaxText), Sweep.End),
    };

    internal static string Cut(string? text, int most)
    {
        string known = text ?? "";
        return PlainText.Of(known.Length <= most ? known : known[..most]);
    }
}
