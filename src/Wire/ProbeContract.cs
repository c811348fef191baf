using System.Text.Json.Serialization;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Wire;

/// <summary>The contract between probe and dashboard: names, version and limits.</summary>
public static class ProbeContract
{
    /// <summary>The protocol version that this build speaks.</summary>
    public const int Version = 1;

    /// <summary>The hub's path on the dashboard.</summary>
    public const string Path = "/hubs/probe";

    /// <summary>Where a probe gets the challenge that it signs, <see cref="ProbeSignIn"/>.</summary>
    public const string ChallengePath = Path + "/challenge";

    /// <summary>Where a probe is enrolled: <see cref="EnrolRequest"/> → <see cref="EnrolReply"/>.</summary>
    public const string EnrolPath = Path + "/enroll";

    /// <summary>Where a probe changes its key: <see cref="RotateRequest"/> → <see cref="EnrolReply"/>.</summary>
    public const string RotatePath = Path + "/rotate";

    /// <summary>Answers 204 to a probe that is known, and 401 to every other one.</summary>
    public const string SelfPath = Path + "/self";

    /// <summary>In the header <c>WWW-Authenticate</c> of a 401: the key is not known here.</summary>
    public const string UnknownKey = "unknown key";

    /// <summary>In the header <c>WWW-Authenticate</c> of a 401: the probe was revoked.</summary>
    public const string RevokedKey = "revoked key";

    /// <summary>In the header <c>WWW-Authenticate</c> of a 401: the challenge is too old, or of a dashboard that has been restarted since.</summary>
    public const string OldChallenge = "old challenge";

    /// <summary>The most bytes of a compressed snapshot body.</summary>
    public const int MaxBodyBytes = 4 << 20;

    /// <summary>The most bytes of one hub message: a body in base64 and its envelope.</summary>
    public const int MaxMessageBytes = (MaxBodyBytes / 3 * 4) + (64 << 10);

    /// <summary>Time between two heartbeats of an idle probe.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>A host that was not heard of for this long is silent.</summary>
    public static readonly TimeSpan SilentAfter = HeartbeatInterval * 3;

    /// <summary>Hub method: the first call on every connection. <see cref="ProbeHello"/> → <see cref="HelloReply"/>.</summary>
    public const string Hello = "Hello";

    /// <summary>Hub method: one snapshot. <see cref="SnapshotEnvelope"/> → <see cref="DeliveryReply"/>.</summary>
    public const string Deliver = "Deliver";

    /// <summary>Hub method: some snapshots of one journal, in its order. <see cref="SnapshotBatch"/> → <see cref="BatchReply"/>. A dashboard of before it refuses the call, as does one
    /// that takes fewer or less together, and takes the same snapshots one by one.</summary>
    public const string DeliverBatch = "DeliverBatch";

    /// <summary>Hub method: a sign of life. <see cref="ProbeHeartbeat"/> → <see cref="DeliveryReply"/>;
    /// <see cref="DeliveryOutcome.Rejected"/> says that the dashboard lacks that latest snapshot and wants it once more.</summary>
    public const string Heartbeat = "Heartbeat";

    /// <summary>Hub method: observations of a module's initialisation or update. <see cref="ObservationBatch"/> → <see cref="DeliveryReply"/>.</summary>
    public const string Observe = "Observe";

    /// <summary>What the dashboard asks of a probe, which answers: <see cref="ReinitRequest"/> → <see cref="ReinitReply"/>. Only probes of
    /// demo machines do it; every other one refuses.</summary>
    public const string PerformReinit = "PerformReinit";
}

/// <summary>Who calls.</summary>
/// <param name="Protocol"><see cref="ProbeContract.Version"/> of the probe.</param>
/// <param name="HostId">The host's identity, a GUID in its 36-character form that the probe made once and keeps in its journal.</param>
/// <param name="HostName">The host's name, for people; may repeat or change.</param>
/// <param name="Origin">What kind of machine this is.</param>
/// <param name="ProbeVersion">The probe's own version.</param>
public sealed record ProbeHello(int Protocol, string HostId, string HostName, Origin Origin, string ProbeVersion);

/// <summary>The answer to <see cref="ProbeHello"/>.</summary>
/// <param name="Accepted">Whether the probe may go on.</param>
/// <param name="Reason">Why not, and what to do; empty when accepted.</param>
/// <param name="Protocol"><see cref="ProbeContract.Version"/> of the dashboard.</param>
/// <param name="RetryAfterMilliseconds">When to say hello again, on the same connection or another, where the dashboard only has no room now; 0 where somebody has to act first.</param>
public sealed record HelloReply(bool Accepted, string Reason, int Protocol, int RetryAfterMilliseconds = 0);

/// <summary>One snapshot on its way.</summary>
/// <param name="BootId">The kernel's boot id, a GUID.</param>
/// <param name="Sequence">The probe's own number for it, from 1, rising over boots and restarts.</param>
/// <param name="TakenAtUnixMicroseconds">The host's clock when it was taken; shown, never trusted for order.</param>
/// <param name="Hash">SHA-256 of the canonical bytes, 64 hex digits.</param>
/// <param name="Body">The canonical bytes, Brotli-compressed.</param>
public sealed record SnapshotEnvelope(string BootId, long Sequence, long TakenAtUnixMicroseconds, string Hash, byte[] Body);

/// <summary>Some snapshots on their way together, as after a time without a dashboard.</summary>
/// <param name="Snapshots">In the order of their sequence, at most <see cref="MaxSnapshots"/> with at most <see cref="MaxBytes"/> in their bodies.</param>
public sealed record SnapshotBatch(IReadOnlyList<SnapshotEnvelope> Snapshots)
{
    /// <summary>The most snapshots.</summary>
    public const int MaxSnapshots = 32;

    /// <summary>The most bytes of all bodies together.</summary>
    public const int MaxBytes = 1 << 20;
}

/// <summary>A sign of life.</summary>
/// <param name="BootId">The kernel's boot id.</param>
/// <param name="LatestSequence">The newest sequence that the probe took.</param>
/// <param name="Dropped">Snapshots and observations that its journal ever had to drop unsent.</param>
public sealed record ProbeHeartbeat(string BootId, long LatestSequence, long Dropped = 0);

/// <summary>What became of a delivery.</summary>
public enum DeliveryOutcome
{
    /// <summary>The row is committed.</summary>
    Stored,

    /// <summary>The row was committed before.</summary>
    Duplicate,

    /// <summary>It will never be accepted as it is: do not send it again.</summary>
    Rejected,

    /// <summary>Not now: send it again later.</summary>
    RetryLater,
}

/// <summary>The answer to a delivery or heartbeat.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">For <see cref="DeliveryOutcome.Rejected"/> and <see cref="DeliveryOutcome.RetryLater"/>: why, and what to do.</param>
/// <param name="RetryAfterMilliseconds">With <see cref="DeliveryOutcome.RetryLater"/>: the least time before the next try; 0 leaves it to the probe.</param>
public sealed record DeliveryReply(DeliveryOutcome Outcome, string Reason, int RetryAfterMilliseconds = 0);

/// <summary>The answer to <see cref="SnapshotBatch"/>.</summary>
/// <param name="Replies">One for each snapshot, in their order; each stands for itself.</param>
public sealed record BatchReply(IReadOnlyList<DeliveryReply> Replies);

/// <summary>Source-generated JSON of the contract: the probe has no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProbeHello))]
[JsonSerializable(typeof(HelloReply))]
[JsonSerializable(typeof(SnapshotEnvelope))]
[JsonSerializable(typeof(SnapshotBatch))]
[JsonSerializable(typeof(BatchReply))]
[JsonSerializable(typeof(ProbeHeartbeat))]
[JsonSerializable(typeof(DeliveryReply))]
[JsonSerializable(typeof(ObservationBatch))]
[JsonSerializable(typeof(ReinitObservation))]
[JsonSerializable(typeof(ReinitRequest))]
[JsonSerializable(typeof(ReinitReply))]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(EnrolReply))]
[JsonSerializable(typeof(RotateRequest))]
public sealed partial class WireJson : JsonSerializerContext;
