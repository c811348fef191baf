using Microsoft.AspNetCore.SignalR;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Delivers one imported snapshot to a dashboard and waits until it is stored.</summary>
internal static class ImportDelivery
{
    private const string Later = "Nothing was stored: import the file again when the dashboard answers.";

    /// <summary>Sends it.</summary>
    /// <exception cref="CommandException">This machine is not enrolled for imports, or the dashboard cannot be reached, refuses it, or holds a later one.</exception>
    public static async Task SendAsync(Snapshot snapshot, string host, Credentials credentials, TimeProvider time, CancellationToken cancellation)
    {
        (ProbeIdentity? identity, DashboardLink link, string missing) = credentials.Find();
        if (identity is null)
        {
            throw CommandException.Failed($"{missing} Nothing was sent.");
        }

        try
        {
            await using UplinkConnection connection = await UplinkConnection.OpenAsync(link, identity, new UplinkTiming(), time, new WakeSignal(), cancellation).ConfigureAwait(false);
            await SendAsync(connection, snapshot, host, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
        catch (SignInRefusedException e)
        {
            throw CommandException.Failed($"{e.Advice(link, credentials.Folder)} {Later}");
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException or HubException or InvalidDataException or System.Net.WebSockets.WebSocketException or AggregateException)
        {
            throw CommandException.Failed($"The dashboard {link.Address} cannot be reached: {e.Message} {Later}");
        }
    }

    private static async Task SendAsync(UplinkConnection connection, Snapshot snapshot, string host, DateTimeOffset now, CancellationToken cancellation)
    {
        string version = typeof(ImportDelivery).Assembly.GetName().Version?.ToString(3) ?? "";
        HelloReply hello = await connection.HelloAsync(new ProbeHello(ProbeContract.Version, ImportedHost.IdOf(host), host, Origin.File, version), waits: null, cancellation).ConfigureAwait(false);
        if (!hello.Accepted)
        {
            throw CommandException.Failed($"The dashboard refuses the import: {hello.Reason}");
        }

        // A dashboard answers a heartbeat with Rejected where it lacks a snapshot of that number, which is what is wanted here.
        long sequence = ImportedHost.SequenceAt(now);
        string bootId = ImportedHost.NewBootId();
        DeliveryReply known = await connection.HeartbeatAsync(new ProbeHeartbeat(bootId, sequence), cancellation).ConfigureAwait(false);
        if (known.Outcome != DeliveryOutcome.Rejected)
        {
            throw CommandException.Failed($"The dashboard holds an import of {host} from a later time than this machine's clock tells ({now:yyyy-MM-dd HH:mm:ss} UTC). Set the clock, or give another --name.");
        }

        byte[] canonical = SnapshotCodec.Write(snapshot);
        DeliveryReply reply = await connection.DeliverAsync(
            new SnapshotEnvelope(bootId, sequence, sequence, SnapshotHash.Of(canonical).ToString(), BodyCodec.Compress(canonical)), cancellation).ConfigureAwait(false);
        if (reply.Outcome is not (DeliveryOutcome.Stored or DeliveryOutcome.Duplicate))
        {
            throw CommandException.Failed($"The dashboard did not store the import: {reply.Reason} {(reply.Outcome == DeliveryOutcome.RetryLater ? Later : "")}".TrimEnd());
        }
    }
}
