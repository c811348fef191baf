namespace TdxDash.Web.Live.History;

/// <summary>Counts how many hosts were silent at evenly spread moments of a window, its two ends included.</summary>
/// <param name="from">The start, in microseconds since 1970 in UTC.</param>
/// <param name="to">The end, later than the start.</param>
/// <param name="moments">How many moments, at least 2.</param>
internal sealed class SilenceCounter(long from, long to, int moments)
{
    // How many more are silent at a moment than at the one before it; the last is of those who stay silent.
    private readonly int[] _steps = new int[moments + 1];

    /// <summary>How many were silent at each moment.</summary>
    public IReadOnlyList<int> Counts
    {
        get
        {
            int silent = 0;
            return [.. _steps.Take(moments).Select(step => silent += step)];
        }
    }

    /// <summary>A moment of a window.</summary>
    /// <param name="from">The window's start.</param>
    /// <param name="to">Its end.</param>
    /// <param name="moments">How many moments there are.</param>
    /// <param name="i">Which, from 0.</param>
    public static long Moment(long from, long to, int moments, int i) => from + (long)((Int128)(to - from) * i / (moments - 1));

    /// <summary>A host was silent from a time on and until another; half-open, in any order of calls.</summary>
    public void Add(long silentFrom, long silentTo)
    {
        _steps[FirstFrom(silentFrom)]++;
        _steps[FirstFrom(silentTo)]--;
    }

    // The first moment that is not before a time; behind the last one where there is none.
    private int FirstFrom(long time)
    {
        Int128 length = to - from, place = (((Int128)time - from) * (moments - 1) + length - 1) / length;
        return time <= from ? 0 : (int)Int128.Min(place, moments);
    }
}
