namespace TdxDash.FleetSimulator;

/// <summary>How long things took, in steps of two per cent, from a microsecond to half an hour: as small after a day as after a minute.</summary>
internal sealed class LatencyHistogram
{
    private const double Step = 1.02;
    private const int Steps = 1_080;

    private static readonly double Scale = 1 / Math.Log(Step);

    private readonly long[] _counts = new long[Steps];

    /// <summary>Counts one.</summary>
    public void Add(TimeSpan took) =>
        Interlocked.Increment(ref _counts[Math.Clamp((int)Math.Ceiling(Math.Log(Math.Max(took.TotalMicroseconds, 1)) * Scale), 0, Steps - 1)]);

    /// <summary>How many there are, and how long half of them, 99 of a hundred, and the longest took at most.</summary>
    public Latency Read()
    {
        long[] counts = [.. _counts];
        long count = counts.Sum();
        return new Latency(count, At(counts, count * 0.5), At(counts, count * 0.99), At(counts, count));
    }

    private static double At(long[] counts, double rank)
    {
        double seen = 0;
        for (int i = 0; i < Steps && rank > 0; i++)
        {
            seen += counts[i];
            if (seen >= rank)
            {
                return Math.Round(Math.Pow(Step, i) / 1_000, 3);
            }
        }

        return 0;
    }
}

/// <summary>How long things took, in milliseconds.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="P50">Half of them took at most so long; 0 where there were none.</param>
/// <param name="P99">99 of a hundred took at most so long.</param>
/// <param name="Longest">The longest.</param>
internal sealed record Latency(long Count, double P50, double P99, double Longest);
