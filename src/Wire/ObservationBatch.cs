using System.Text.Json;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Wire;

/// <summary>One observation on its way.</summary>
/// <param name="Sequence">The probe's own number for it, from 1, rising over boots and restarts; not that of snapshots.</param>
/// <param name="Seen">The observation.</param>
public sealed record WireObservation(long Sequence, ReinitObservation Seen);

/// <summary>Observations of one boot on their way, in the order of their numbers.</summary>
/// <param name="BootId">The kernel's boot id, a GUID.</param>
/// <param name="Observations">1 to <see cref="MaxObservations"/>.</param>
public sealed record ObservationBatch(string BootId, IReadOnlyList<WireObservation> Observations)
{
    /// <summary>The most observations of one message.</summary>
    public const int MaxObservations = 64;

    /// <summary>The most bytes of one observation as it is journaled and stored.</summary>
    public const int MaxBytes = 16 << 10;

    // Times of a host and of the dashboard are added and taken from each other: between these two every result is a time.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(3000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The JSON of one observation, as it is journaled and stored.</summary>
    public static byte[] Write(ReinitObservation seen) => JsonSerializer.SerializeToUtf8Bytes(seen, WireJson.Default.ReinitObservation);

    /// <summary>Reads what <see cref="Write"/> wrote, or bytes from outside.</summary>
    /// <returns>The observation; null where the bytes are none that is accepted.</returns>
    public static ReinitObservation? Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.ReinitObservation) is { } seen && Refusal(seen) is null ? seen : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Why the batch is not accepted, and what to do; null where it is.</summary>
    public string? Refusal()
    {
        if (Observations is null || Observations.Count is 0 or > MaxObservations)
        {
            return $"A batch has 1 to {MaxObservations} observations, not {Observations?.Count ?? 0}. Update the probe to this dashboard's version.";
        }

        long last = 0;
        foreach (WireObservation observation in Observations)
        {
            if (observation?.Seen is null || observation.Sequence <= last)
            {
                return $"Observation {observation?.Sequence ?? 0} is empty, or its number does not rise. The probe's journal is damaged: delete it; the probe starts a new one.";
            }

            if (Refusal(observation.Seen) is string refusal)
            {
                return $"Observation {observation.Sequence}: {refusal} Update the probe to this dashboard's version.";
            }

            last = observation.Sequence;
        }

        return null;
    }

    private static string? Refusal(ReinitObservation seen) => seen switch
    {
        { Parts: not 1 } => $"it says {seen.Parts} things where it should say one.",
        _ when !Enum.IsDefined(seen.Provenance) => "its provenance is not known.",
        _ when seen.At < Earliest => "its time lies before 1970.",
        _ when seen.At >= Latest => "its time lies after 2999: set the host's clock.",
        _ when seen.Source is null || seen.Upload is { Status: null } || seen.Device is { Version: null } || seen.Sweep is { Problem: null } => "a text of it is absent.",
        { Device: { } device } when !Enum.IsDefined(device.Presence) => "the presence of the module is not known.",
        { LostLines: < 1 } => "it says that no line was lost.",
        { Sweep: { } sweep } when !Enum.IsDefined(sweep.End) => "how the reading ended is not known.",
        { Progress: { } progress } when !Enum.IsDefined(progress.Step) || progress.Done < 0 || progress.Total < progress.Done => "its progress is out of bounds.",
        { Progress: not null } when seen.Provenance != Provenance.Emulated => "progress that only an emulated module shows is not labelled as emulated.",
        _ when seen.Bounded() != seen => $"a text of it is longer than {ReinitObservation.MaxLine} characters, or has characters that steer a terminal.",
        _ => null,
    };
}

/// <summary>Asks the probe of a demo machine to re-initialise its emulated module.</summary>
/// <param name="Profile">The shipped profile to update to.</param>
/// <param name="Fault">What goes wrong: <c>busy</c>, <c>refused</c>, <c>entropy</c> or <c>after-shutdown</c>; empty for nothing.</param>
/// <param name="Seed">Decides what is left to chance.</param>
public sealed record ReinitRequest(string Profile, string Fault, long Seed)
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxName = 64;
}

/// <summary>The answer to <see cref="ReinitRequest"/>.</summary>
/// <param name="Accepted">Whether it has begun; how it ends is told by observations.</param>
/// <param name="Reason">Why not, and what to do; empty where it has.</param>
public sealed record ReinitReply(bool Accepted, string Reason);
