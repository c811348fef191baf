using System.Diagnostics;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Ingest;

/// <summary>What taking one snapshot in costs, step by step, on one thread and without a disk.</summary>
internal static class Stages
{
    // The first passes also compile, and on a machine that others use too the fastest one is the one that was left alone.
    private const int Passes = 8;

    /// <summary>Prints the mean time of each step in the fastest of several passes.</summary>
    public static void Print(IReadOnlyList<Delivery> deliveries)
    {
        byte[][] bodies = [.. deliveries.Take(2_000).Select(delivery => delivery.Envelope.Body)];
        byte[][] canonical = Time("expand", bodies, body => BodyCodec.TryExpand(body, out byte[] bytes) is null ? bytes : throw new InvalidDataException());
        Time("hash", canonical, bytes => SnapshotHash.Of(bytes));
        Snapshot[] snapshots = Time("parse", canonical, bytes => SnapshotCodec.Parse(bytes).Snapshot!);
        Time("write", snapshots, SnapshotCodec.Write);
        Time("digest", snapshots, HostDigest.From);
        Console.WriteLine($"  {canonical.Average(bytes => bytes.Length):F0} bytes expanded");
    }

    private static TOut[] Time<TIn, TOut>(string name, TIn[] inputs, Func<TIn, TOut> step)
    {
        TOut[] results = [];
        TimeSpan fastest = TimeSpan.MaxValue;
        for (int pass = 0; pass < Passes; pass++)
        {
            long began = Stopwatch.GetTimestamp();
            results = Array.ConvertAll(inputs, input => step(input));
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            fastest = took < fastest ? took : fastest;
        }

        Console.WriteLine($"  {name}: {fastest.TotalMicroseconds / inputs.Length:F0} µs");
        return results;
    }
}
