using System.Globalization;
using TdxDash.Tdx.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>What a line of the event log is about.</summary>
public enum SeenKind
{
    /// <summary>A line of the kernel log.</summary>
    Kernel,

    /// <summary>The firmware-upload node.</summary>
    Node,

    /// <summary>The <c>tdx_host</c> device.</summary>
    Device,

    /// <summary>The module, read again.</summary>
    Read,

    /// <summary>A step that only an emulated module shows.</summary>
    Step,
}

/// <summary>Observations in words.</summary>
public static class SeenKinds
{
    /// <summary>The words of the kinds, as they stand in URLs and on screen.</summary>
    public static IReadOnlyDictionary<string, SeenKind> Words { get; } = Enum.GetValues<SeenKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), kind => kind, StringComparer.Ordinal);

    /// <summary>The kind of an observation.</summary>
    public static SeenKind Of(ReinitObservation seen) => seen switch
    {
        { KernelLine: not null } or { LostLines: not null } => SeenKind.Kernel,
        { Upload: not null } => SeenKind.Node,
        { Device: not null } => SeenKind.Device,
        { Sweep: not null } => SeenKind.Read,
        _ => SeenKind.Step,
    };

    /// <summary>What an observation says, in a line.</summary>
    public static string Text(ReinitObservation seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return seen switch
        {
            { KernelLine: { } line } => line,
            { LostLines: { } lost } => string.Create(CultureInfo.InvariantCulture, $"kernel log lines were lost: at least {lost:#,0} before the probe could read them"),
            { Upload: { } upload } => Text(upload),
            { Device: { } device } => Text(device),
            { Sweep: { Identity: { } identity } } => $"module {identity.Version} answers{(identity.Build.Length > 0 ? $", {identity.Build}" : "")}",
            { Sweep: { } sweep } => $"the module does not answer: {sweep.Problem}",
            { Progress: { } progress } => Text(progress),
            _ => "",
        };
    }

    private static string Text(UploadValues upload)
    {
        string status = upload.Status.Length > 0 ? upload.Status : "status not readable";
        string loading = upload.IsLoading == true ? ", loading" : "";
        string left = upload.RemainingBytes is > 0 and { } bytes ? string.Create(CultureInfo.InvariantCulture, $", {bytes:#,0} bytes left") : "";
        return $"{status}{loading}{left}{(upload.Error is { Length: > 0 } error ? $", error {error}" : "")}";
    }

    private static string Text(DeviceValues device) => device.Presence switch
    {
        ModulePresence.Present => $"module {device.Version}{(device.UpdatesLeft is { } left ? string.Create(CultureInfo.InvariantCulture, $", {left} updates left") : "")}",
        ModulePresence.Lost => "the kernel lost the module",
        ModulePresence.Absent => "no module",
        _ => "nothing tells whether there is a module",
    };

    private static string Text(EmulatedProgress progress)
    {
        string leaf = progress.Step switch
        {
            EmulatedStep.Shutdown => "TDH.SYS.SHUTDOWN",
            EmulatedStep.Install => "SEAMLDR.INSTALL",
            EmulatedStep.SysInit => "TDH.SYS.INIT",
            EmulatedStep.PerCpu => "TDH.SYS.LP.INIT",
            EmulatedStep.Config => "TDH.SYS.CONFIG",
            EmulatedStep.KeyConfig => "TDH.SYS.KEY.CONFIG",
            EmulatedStep.TdmrInit => "TDH.SYS.TDMR.INIT",
            _ => "TDH.SYS.UPDATE",
        };
        string count = progress.Total > 1 ? string.Create(CultureInfo.InvariantCulture, $" {progress.Done:#,0} of {progress.Total:#,0}") : "";
        return $"{leaf}{count}{(progress.Failed ? " failed" : progress.Done == progress.Total ? " done" : "")}";
    }
}
