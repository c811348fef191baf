using TdxDash.DemoFleet;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Ingest;

/// <summary>A snapshot as a host's probe sends it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Envelope">The snapshot.</param>
internal sealed record Delivery(DemoHost Host, SnapshotEnvelope Envelope);

/// <summary>What a fleet of demo hosts delivers.</summary>
internal static class Deliveries
{
    /// <summary>The snapshots of a year, made before anything is timed; those of one host stand together, in order.</summary>
    public static IReadOnlyList<Delivery> OfAYear(int hosts)
    {
        var shapes = new DemoShapes();
        return [.. Enumerable.Range(0, hosts).AsParallel().AsOrdered().SelectMany(number => OfHost(new DemoHost(number), shapes))];
    }

    /// <summary>Each host's last snapshot once more after each of some reboots that changed nothing: the rows are new, the bodies are not.</summary>
    /// <param name="year">What the hosts delivered before.</param>
    /// <param name="times">How often each host is rebooted.</param>
    public static IReadOnlyList<Delivery> OfReboots(IReadOnlyList<Delivery> year, int times) =>
        [.. year.GroupBy(delivery => delivery.Host.Id).Select(host => host.Last()).SelectMany(last => Enumerable.Range(1, times)
            .Select(time => last with { Envelope = last.Envelope with { BootId = Guid.NewGuid().ToString("D"), Sequence = last.Envelope.Sequence + time } }))];

    private static IEnumerable<Delivery> OfHost(DemoHost host, DemoShapes shapes)
    {
        long sequence = 0;
        foreach (DemoMoment moment in DemoYear.Of(host, shapes))
        {
            byte[] canonical = SnapshotCodec.Write(moment.Snapshot);
            yield return new Delivery(host, new SnapshotEnvelope(host.BootId(moment.Boot), ++sequence, 1_700_000_000_000_000 + (long)moment.At.TotalMicroseconds,
                SnapshotHash.Of(canonical).ToString(), BodyCodec.Compress(canonical)));
        }
    }
}
