namespace TdxDash.Pages;

/// <summary>Prints what was measured.</summary>
internal static class Figures
{
    /// <summary>Prints median and worst of some times in milliseconds.</summary>
    public static void Print(string what, IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        Console.WriteLine(sorted.Length == 1
            ? FormattableString.Invariant($"{what}: {sorted[0]:F0} ms")
            : FormattableString.Invariant($"{what}: median {sorted[sorted.Length / 2]:F0} ms, worst {sorted[^1]:F0} ms of {sorted.Length}"));
    }
}
