namespace TdxDash.Faults.Support;

/// <summary>How often a fault is tried: the full count where TDXDASH_FULL is 1, as <c>./test --full</c> sets it, else a reduced one.</summary>
internal static class Scale
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("TDXDASH_FULL") == "1";

    public static int Of(int reduced, int full) => IsFull ? full : reduced;
}
