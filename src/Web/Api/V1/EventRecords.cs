using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Hubs;

namespace TdxDash.Web.Api.V1;

/// <summary>A page of events, oldest first.</summary>
public sealed record EventPage
{
    /// <summary>The events.</summary>
    public required IReadOnlyList<EventItem> Items { get; init; }

    /// <summary>The revision to go on from: give it as 'after' to get what comes next, at once or later.</summary>
    public required long Next { get; init; }

    /// <summary>Whether there is more already.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The lowest revision that is kept, of whichever host; 0 where nothing is.</summary>
    public required long Oldest { get; init; }

    /// <summary>The highest one.</summary>
    public required long Newest { get; init; }
}

/// <summary>One thing that was seen of the initialisation or an update of a TDX module, with what follows from it.</summary>
public sealed record EventItem
{
    /// <summary>The dashboard's number for it; it rises over all hosts.</summary>
    public required long Revision { get; init; }

    /// <summary>The host's identity.</summary>
    public required string HostId { get; init; }

    /// <summary>The kernel's boot id.</summary>
    public required string BootId { get; init; }

    /// <summary>The probe's own number for it.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the dashboard received it, by the dashboard's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it was seen, by the host's own clock.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Where it comes from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>The file or call that told it.</summary>
    public required string Source { get; init; }

    /// <summary>What the host is in; absent where nothing has begun.</summary>
    public RunKind? Run { get; init; }

    /// <summary>The stage that goes on, or where it failed; absent where none does.</summary>
    public ReinitStage? Stage { get; init; }

    /// <summary>How it stands; absent where nothing has begun.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Whether it may be tried again; absent where nothing failed.</summary>
    public RetryAdvice? Advice { get; init; }

    /// <summary>Whether any part of the run was emulated.</summary>
    public required bool IsEmulated { get; init; }

    /// <summary>The line of the kernel log; absent where something else was seen.</summary>
    public string? KernelLine { get; init; }

    /// <summary>The status of the firmware-upload node, as transferring; absent where something else was seen.</summary>
    public string? UploadStatus { get; init; }

    /// <summary>Its error, as phase:error; absent where there is none.</summary>
    public string? UploadError { get; init; }

    /// <summary>Bytes of the image that the driver has not taken yet; absent where the kernel does not say.</summary>
    public long? RemainingBytes { get; init; }

    /// <summary>Whether the kernel has a module; absent where something else was seen.</summary>
    public ModulePresence? Module { get; init; }

    /// <summary>The module's version as the kernel or the module itself tells it; absent where neither does.</summary>
    public string? ModuleVersion { get; init; }

    /// <summary>The step of an emulated module; absent where something else was seen.</summary>
    public EmulatedStep? Step { get; init; }

    /// <summary>Processors, packages or bytes of the step that are done.</summary>
    public long? Done { get; init; }

    /// <summary>How many there are.</summary>
    public long? Total { get; init; }

    /// <summary>Why the module did not answer when it was read again; absent where it did, or something else was seen.</summary>
    public string? SweepProblem { get; init; }

    /// <summary>Lines of the kernel log that were overwritten before they were read; absent where none were.</summary>
    public long? LostLines { get; init; }

    internal static EventItem Of(LiveRecord record)
    {
        ReinitObservation seen = record.Observation;
        return new EventItem
        {
            Revision = record.Revision,
            HostId = record.HostId,
            BootId = record.BootId,
            Sequence = record.Sequence,
            ReceivedAt = record.ReceivedAt.ToUniversalTime(),
            SeenAt = seen.At.ToUniversalTime(),
            Provenance = seen.Provenance,
            Source = seen.Source,
            Run = Word<RunKind>(record.Run),
            Stage = Word<ReinitStage>(record.Stage),
            Outcome = Word<RunOutcome>(record.Outcome),
            Advice = Word<RetryAdvice>(record.Advice),
            IsEmulated = record.IsEmulated,
            KernelLine = seen.KernelLine,
            UploadStatus = Text(seen.Upload?.Status),
            UploadError = Text(seen.Upload?.Error),
            RemainingBytes = seen.Upload?.RemainingBytes,
            Module = seen.Device?.Presence,
            ModuleVersion = Text(seen.Device?.Version ?? seen.Sweep?.Identity?.Version),
            Step = seen.Progress?.Step,
            Done = seen.Progress?.Done,
            Total = seen.Progress?.Total,
            SweepProblem = Text(seen.Sweep?.Problem),
            LostLines = seen.LostLines,
        };
    }

    private static T? Word<T>(string word)
        where T : struct, Enum => Enum.TryParse(word, out T value) ? value : null;

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
