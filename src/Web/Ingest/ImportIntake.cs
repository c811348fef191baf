using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>Stores what somebody imported on a page, the way that a probe's snapshots take.</summary>
public interface IImportIntake
{
    /// <summary>Stores a snapshot as an imported host, and returns after the commit.</summary>
    /// <param name="snapshot">Of origin file.</param>
    /// <param name="name">The host's name, which is its identity too.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<ImportOutcome> StoreAsync(Snapshot snapshot, string name, CancellationToken cancellation);
}

/// <summary>What became of an import.</summary>
/// <param name="HostId">The host; empty where nothing was stored.</param>
/// <param name="Error">Why nothing was stored and what to do; empty where it was.</param>
public sealed record ImportOutcome(string HostId, string Error);

/// <summary>Puts an import into the envelope that the intake takes.</summary>
internal sealed class ImportIntake(Intake intake, FleetView fleet, TimeProvider time) : IImportIntake
{
    /// <summary>What stands for a probe's version.</summary>
    public const string Importer = "import";

    /// <inheritdoc/>
    public async Task<ImportOutcome> StoreAsync(Snapshot snapshot, string name, CancellationToken cancellation)
    {
        string hostId = ImportedHost.IdOf(name);
        byte[] canonical = SnapshotCodec.Write(snapshot);
        byte[] body = BodyCodec.Compress(canonical);
        if (body.Length > ProbeContract.MaxBodyBytes)
        {
            return new ImportOutcome("", $"What was understood has {body.Length} bytes when compressed; at most {ProbeContract.MaxBodyBytes} are accepted. Check the memory maps in the file.");
        }

        long now = ImportedHost.SequenceAt(time.GetUtcNow());

        // A clock that was set back must not put this import behind the ones before it.
        long sequence = Math.Max(now, fleet.LatestSequence(hostId) + 1);
        var envelope = new SnapshotEnvelope(ImportedHost.NewBootId(), sequence, now, SnapshotHash.Of(canonical).ToString(), body);
        DeliveryReply reply = await intake.AcceptAsync(new Caller(hostId, name, Origin.File, Importer), envelope, cancellation);
        return reply.Outcome is DeliveryOutcome.Stored or DeliveryOutcome.Duplicate ? new ImportOutcome(hostId, "") : new ImportOutcome("", reply.Reason);
    }
}
