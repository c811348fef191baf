using System.Diagnostics;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Ingest;

/// <summary>What taking one snapshot in costs, step by step, on one thread and without a disk.</summary>
internal static class Stages
{
    /// <summary>Prints the mean time of each step.</summary>
    public static void Print(IReadOnlyList<Delivery> deliveries)
    {
        byte[][] bodies = [.. deliveries.Take(2_000).Select(delivery => delivery.Envelope.Body)];
        byte[][] canonical = Time("expand", bodies, body => BodyCodec.TryExpand(body, out byte[] bytes) is null ? bytes : throw new InvalidDataException());
        Time("hash", canonical, bytes => SnapshotHash.Of(bytes));
        Snapshot[] snapshots = Time("parse", canonical, bytes => SnapshotCodec.Parse(bytes).Snapshot!);
        Time("write", snapshots, SnapshotCodec.Write);
        Time("summarise", snapshots, HostSummary.From);
        Time("attributes", snapshots, HostAttributes.From);
        Console.WriteLine($"  {canonical.Average(bytes => bytes.Length):F0} bytes expanded");
    }

    private static TOut[] Time<TIn, TOut>(string name, TIn[] inputs, Func<TIn, TOut> step)
    {
        _ = inputs.Take(500).Select(step).ToArray();
        long began = Stopwatch.GetTimestamp();
        TOut[] results = Array.ConvertAll(inputs, input => step(input));
        Console.WriteLine($"  {name}: {Stopwatch.GetElapsedTime(began).TotalMicroseconds / inputs.Length:F0} µs");
        return results;
    }
}
