namespace TdxDash.Tdx.Planning;

/// <summary>Finds how far something goes by trying: doubling, then bisection.</summary>
internal static class Search
{
    /// <summary>A number for which something holds and with one more no longer; -1 where it does not hold for 0 either, the cap where it holds for it.
    /// Where it holds for all numbers below some, and for none above, that is the largest one.</summary>
    public static long Largest(Func<long, bool> holds, long cap)
    {
        if (!holds(0))
        {
            return -1;
        }

        long low = 0, high = 1;
        while (high < cap && holds(high))
        {
            low = high;
            high *= 2;
        }

        if (high >= cap)
        {
            if (holds(cap))
            {
                return cap;
            }

            high = cap;
        }

        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }
}
