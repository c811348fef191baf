using Microsoft.AspNetCore.SignalR;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Live;
using TdxDash.Web.Security;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>What probes call; the contract is <see cref="ProbeContract"/>.</summary>
internal sealed class ProbeHub(
    Admission admission, Intake intake, ObservationIntake observations, ReinitRequests requests, ProbeConnections connections, ImpersonationWatch impersonations, FleetView fleet, ILogger<ProbeHub> log) : Hub
{
    private const string HelloFirst = "The connection has no accepted hello. Call Hello first, on every new connection.";

    // ProbeDoor lets nobody else in.
    private ProbePrincipal Probe => ProbePrincipal.Of(Context.User)!;

    // Among the connection's features, not its items: those are a table of their own for each.
    private Caller? Caller
    {
        get => Context.Features.Get<Caller>();
        set => Context.Features.Set(value);
    }

    public override Task OnConnectedAsync()
    {
        connections.Add(Probe, Context);
        // Was looked at, and would be kept for as long as the connection: half a KiB that is of use to nobody but who gets at this memory.
        Context.GetHttpContext()?.Request.Headers.Remove(HeaderNames.Authorization);
        return base.OnConnectedAsync();
    }

    [HubMethodName(ProbeContract.Hello)]
    public HelloReply Hello(ProbeHello hello)
    {
        // A connection that was taken up is there: saying hello again, as one does that speaks for many demo hosts, takes no new place.
        if (Caller is null && admission.Ask() is int wait and > 0)
        {
            return new HelloReply(false, $"The dashboard takes up {Admission.PerSecond} probes a second and more are calling now; the probe calls again by itself.", ProbeContract.Version, wait);
        }

        (Caller? caller, string refusal) = Caller.From(hello);
        if (caller is not null && !Probe.MaySpeakFor(caller.HostId, caller.HostName, caller.Origin))
        {
            impersonations.Note(Probe, caller.HostId, Address);
            refusal = $"This probe's key is not enrolled for host {caller.HostId}. If its journal was replaced, enrol it anew: tdxprobe enroll. The attempt is in the dashboard's audit log.";
            caller = null;
        }

        Caller = caller;
        if (caller is null)
        {
            IngestLog.Refused(log, ShownText.Limit(refusal, ShownText.MaxSentence));
            return new HelloReply(false, refusal, ProbeContract.Version);
        }

        requests.Connected(caller, Context.ConnectionId);
        IngestLog.Connected(log, caller.ProbeVersion, caller.HostName, caller.HostId);
        fleet.Heard(caller.HostId, caller.ProbeVersion);
        return new HelloReply(true, "", ProbeContract.Version);
    }

    [HubMethodName(ProbeContract.Deliver)]
    public async Task<DeliveryReply> Deliver(SnapshotEnvelope envelope) => Caller is { } caller
        ? await intake.AcceptAsync(caller, envelope, Context.ConnectionAborted)
        : RejectStranger();

    [HubMethodName(ProbeContract.DeliverBatch)]
    public async Task<BatchReply> DeliverBatch(SnapshotBatch? batch)
    {
        if (SnapshotCheck.RefusalOf(batch) is string refusal)
        {
            // No answer to any snapshot of it: a probe that hears this goes on one by one, and loses none.
            IngestLog.Refused(log, refusal);
            throw new HubException(refusal);
        }

        return Caller is { } caller
            ? await intake.AcceptAsync(caller, batch!, Context.ConnectionAborted)
            : new BatchReply([.. Enumerable.Repeat(RejectStranger(), batch!.Snapshots.Count)]);
    }

    [HubMethodName(ProbeContract.Observe)]
    public async Task<DeliveryReply> Observe(ObservationBatch batch) => Caller is { } caller ? await observations.AcceptAsync(caller, batch) : RejectStranger();

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Remove(Context);
        if (Caller is { } caller)
        {
            requests.Disconnected(caller, Context.ConnectionId);
        }

        return base.OnDisconnectedAsync(exception);
    }

    [HubMethodName(ProbeContract.Heartbeat)]
    public DeliveryReply Heartbeat(ProbeHeartbeat heartbeat)
    {
        if (Caller is not { } caller)
        {
            return RejectStranger();
        }

        if (heartbeat is null || !WireGuid.TryNormalise(heartbeat.BootId, out _) || heartbeat.LatestSequence < 0 || heartbeat.Dropped < 0)
        {
            return new DeliveryReply(DeliveryOutcome.Rejected, "The heartbeat's boot id is not a GUID of 36 characters, or a number of it is negative.");
        }

        fleet.Heard(caller.HostId, caller.ProbeVersion, heartbeat.Dropped);
        long stored = fleet.HeldSequence(caller.HostId);
        // A store that was lost, damaged or put back from a backup: the probe sends its newest snapshot once more.
        return heartbeat.LatestSequence > stored
            ? new DeliveryReply(DeliveryOutcome.Rejected, $"The latest snapshot stored here is {stored}, not {heartbeat.LatestSequence}; send the newest one again.")
            : new DeliveryReply(DeliveryOutcome.Stored, "");
    }

    private string Address => CallerAddress.Of(Context.GetHttpContext());

    private DeliveryReply RejectStranger()
    {
        IngestLog.Refused(log, HelloFirst);
        return new DeliveryReply(DeliveryOutcome.Rejected, HelloFirst);
    }
}
