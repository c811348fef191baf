using System.Collections.Concurrent;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Planning;

/// <summary>Plans over many hosts. The machine of a snapshot never changes, so it is kept by the snapshot's identity: only a fleet that is seen for the first time is read.</summary>
/// <param name="archive">The snapshots.</param>
public sealed class FleetPlanner(ISnapshotArchive archive)
{
    // A machine is a memory map of some dozen ranges: a fleet of 10,000 hosts with what it was at two other times.
    private const int MostKept = 30_000;

    private readonly ConcurrentDictionary<SnapshotHash, Reading<PlanMachine>> _machines = new();

    /// <summary>Keeps the machine of a snapshot that somebody has read, so that no question has to.</summary>
    /// <param name="hash">The snapshot's identity.</param>
    /// <param name="snapshot">The snapshot.</param>
    public void Learn(SnapshotHash hash, Snapshot snapshot)
    {
        if (_machines.Count < MostKept)
        {
            _machines[hash] = PlanMachine.From(snapshot);
        }
    }

    /// <summary>Works out what TDX costs over hosts, each laid out exactly, on all cores.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="change">What to change on each.</param>
    /// <param name="purchase">Hosts that are to be bought beside them; null for none.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task<FleetPlan> PlanAsync(IReadOnlyList<FleetHost> hosts, FleetChange change, FleetMachine? purchase, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        SnapshotHash[] missing = [.. hosts.Select(host => host.Entry.Hash).Distinct().Where(hash => !_machines.ContainsKey(hash))];
        if (_machines.Count + missing.Length > MostKept)
        {
            Forget(hosts);
        }

        var read = new ConcurrentDictionary<SnapshotHash, Reading<PlanMachine>>();
        await Parallel.ForEachAsync(missing, cancellation, async (hash, token) => read[hash] = await ReadAsync(hash, token));
        foreach ((SnapshotHash hash, Reading<PlanMachine> machine) in read)
        {
            // What could not be read may be there the next time.
            if (machine.State != ReadingState.Unreadable)
            {
                _machines[hash] = machine;
            }
        }

        FleetMachine[] machines = [.. hosts.Select(host => new FleetMachine(host.Id, read.GetValueOrDefault(host.Entry.Hash) ?? _machines.GetValueOrDefault(host.Entry.Hash) ?? Forgotten)), .. purchase is null ? [] : (FleetMachine[])[purchase]];
        return await Task.Run(() => FleetPlan.Of(machines, change, cancellation), cancellation);
    }

    // What nobody asks for at present.
    private void Forget(IReadOnlyList<FleetHost> hosts)
    {
        HashSet<SnapshotHash> asked = [.. hosts.Select(host => host.Entry.Hash)];
        foreach (SnapshotHash hash in _machines.Keys.Where(hash => !asked.Contains(hash)))
        {
            _machines.TryRemove(hash, out _);
        }
    }

    // Another page's question can have taken it out in between.
    private static Reading<PlanMachine> Forgotten { get; } = Reading.Unreadable<PlanMachine>("store", "Its machine was not at hand.", "Load the page again.");

    private async Task<Reading<PlanMachine>> ReadAsync(SnapshotHash hash, CancellationToken cancellation)
    {
        try
        {
            return PlanMachine.From(await archive.ReadAsync(hash, cancellation));
        }
        catch (InvalidDataException e)
        {
            return Reading.Unreadable<PlanMachine>("store", e.Message, "");
        }
    }
}
