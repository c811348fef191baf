using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.Tdx.Reinit;

/// <summary>Explains a failed update from the little that the kernel tells.</summary>
internal static class UploadFailures
{
    /// <summary>What an update that failed after shutdown logs (arch/x86/virt/vmx/tdx/seamldr.c).</summary>
    public const string DownMark = "update failed";

    /// <summary>What is said of an update after which the module did not answer.</summary>
    public const string NoAnswerWord = "the module does not answer";

    private const ulong SysShutdown = 52;
    private const ulong SysBusy = 0x8000_0202_0000_0000, OperandBusy = 0x8000_0200_0000_0000;
    private const string NotTold = "Cause not told by this kernel: check module state, host may need reboot.";

    /// <summary>Explains it.</summary>
    /// <param name="run">The run up to here, with what was logged of it.</param>
    /// <param name="error"><c>phase:error</c> of the firmware-upload node; empty where it was not seen.</param>
    /// <param name="device">What the kernel says of the module now.</param>
    public static ReinitFailure Of(ReinitRun run, string error, DeviceValues device)
    {
        int colon = error.IndexOf(':', StringComparison.Ordinal);
        string phase = colon < 0 ? "" : error[..colon], what = colon < 0 ? error : error[(colon + 1)..];
        FailedSeamcall? call = KernelLogFacts.From(run.Lines).FailedSeamcalls is [var first, ..] ? first : null;
        SeamcallStatus? status = call?.Explain();
        bool down = device.Presence == ModulePresence.Lost || run.Lines.Any(line => line.Contains(DownMark, StringComparison.Ordinal));
        bool busy = !down && (what == "device-busy" || (call is { Leaf: SysShutdown } && (call.Status & SeamcallStatus.NameMask) is SysBusy or OperandBusy));
        RetryAdvice advice = busy ? RetryAdvice.Safe : down ? RetryAdvice.Reboot : RetryAdvice.CheckModule;
        return new ReinitFailure(
            StageOf(run, phase), phase, what, Reason(what, status, busy, down),
            call is null ? "" : $"{SeamcallLeaf.NameOf(call.Leaf)}: {status!.Name}{(status.Detail.Length == 0 ? "" : $", {status.Detail}")}", advice, AdviceText(advice, status));
    }

    /// <summary>Explains an update of which nothing more was seen.</summary>
    public static ReinitFailure NoAnswer(ReinitRun run, SweepResult sweep)
    {
        RetryAdvice advice = sweep.End == SweepEnd.Lost ? RetryAdvice.Reboot : RetryAdvice.CheckModule;
        string why = sweep.Problem.Length > 0 ? sweep.Problem : "It told nothing within a minute after the update.";
        return new ReinitFailure(run.Current?.Stage ?? run.Furthest(), "", NoAnswerWord, why, "", advice, advice == RetryAdvice.Reboot
            ? "The module has said since the update that it is down: it was lost; reboot the host."
            : "Look whether the module tdx_host is loaded and what virt/tdx lines the kernel logged; where the module stays silent, reboot the host.");
    }

    /// <summary>The advice in words.</summary>
    public static string AdviceText(RetryAdvice advice, SeamcallStatus? status) => advice switch
    {
        RetryAdvice.Safe => "The module was busy, as while a TD is being built, and runs on: retry is safe.",
        RetryAdvice.Reboot when status is null => "Cause not told by this kernel. Check module state: the kernel says that it is down; reboot the host.",
        RetryAdvice.Reboot => "The kernel says that the module is down: reboot the host.",
        _ => status is null ? NotTold : "Check module state, host may need reboot.",
    };

    private static ReinitStage StageOf(ReinitRun run, string phase) => phase switch
    {
        "receiving" => ReinitStage.Receiving,
        "preparing" => ReinitStage.Preparing,
        "transferring" or "programming" => run.Furthest() is var at && at > ReinitStage.Transferring && at < ReinitStage.Rereading ? at : phase == "transferring" ? ReinitStage.Transferring : ReinitStage.InKernel,
        _ => run.Furthest() is var furthest && furthest < ReinitStage.Rereading ? furthest : ReinitStage.InKernel,
    };

    // drivers/base/firmware_loader/sysfs_upload.c, fw_upload_err_str.
    private static string Reason(string what, SeamcallStatus? status, bool busy, bool down)
    {
        string words = what switch
        {
            "hw-error" => "The kernel reports a hardware error.",
            "timeout" => "The update took longer than the kernel waits.",
            "user-abort" => "The update was cancelled.",
            "device-busy" => "The kernel reports that the module is busy.",
            "invalid-file-size" => "The image has a size that the kernel does not take.",
            "read-write-error" => "The kernel reports an error of reading or writing.",
            "flash-wearout" => "The kernel reports that no further update is allowed.",
            "firmware-invalid" => "The kernel refused the image, or the update failed: this kernel has one word for both.",
            "" or NoAnswerWord when down => "The kernel no longer has the module.",
            NoAnswerWord => "The module has not answered since the update.",
            "" => "The update failed; the kernel does not say how.",
            _ => $"The kernel reports '{what}', which is not known here.",
        };
        return status is null ? words : busy ? $"The module was busy: {status.Meaning}" : $"{words} {status.Meaning}";
    }
}
