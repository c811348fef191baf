namespace TdxDash.Tdx.Layout;

/// <summary>The PAMTs that found no room yet, largest first, equal sizes together.</summary>
internal sealed class UnplacedPamts
{
    private readonly ulong[] _sizes;
    private readonly int[] _left;
    private readonly int[] _next;
    private ulong _bytes;
    private int _last;

    /// <summary>Takes the sizes.</summary>
    /// <param name="ascendingSizes">Bytes; at least one, none of them zero, at most 2^63 in all.</param>
    public UnplacedPamts(ReadOnlySpan<ulong> ascendingSizes)
    {
        var sizes = new List<ulong>();
        var counts = new List<int>();
        for (int i = ascendingSizes.Length - 1; i >= 0; i--)
        {
            _bytes += ascendingSizes[i];
            if (sizes.Count > 0 && sizes[^1] == ascendingSizes[i])
            {
                counts[^1]++;
                continue;
            }

            sizes.Add(ascendingSizes[i]);
            counts.Add(1);
        }

        Count = ascendingSizes.Length;
        _sizes = [.. sizes];
        _left = [.. counts];
        _next = [.. Enumerable.Range(0, _sizes.Length)];
        _last = _sizes.Length - 1;
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the smallest one; that of the last one placed when none is left.</summary>
    public ulong Smallest => _sizes[_last];

    /// <summary>Becomes equal to another that was made from the same sizes.</summary>
    public void CopyFrom(UnplacedPamts other)
    {
        other._left.CopyTo(_left, 0);
        other._next.CopyTo(_next, 0);
        (_bytes, _last, Count) = (other._bytes, other._last, other.Count);
    }

    /// <summary>Places what fits into an extent, the largest first.</summary>
    public void Place(ulong room)
    {
        if (room >= _bytes)
        {
            (_bytes, Count) = (0, 0);
            return;
        }

        int group = 0;
        while (room >= Smallest)
        {
            group = FirstLeft(group);
            group = _sizes[group] <= room ? group : FirstLeft(FirstAtMost(room, group));
            int taken = (int)Math.Min((ulong)_left[group], room / _sizes[group]);
            ulong bytes = (ulong)taken * _sizes[group];
            room -= bytes;
            _bytes -= bytes;
            _left[group] -= taken;
            Count -= taken;
            if (_left[group] != 0)
            {
                continue;
            }

            // A search never begins behind the smallest size that is left, so nobody asks for what follows the last one.
            _next[group] = Math.Min(group + 1, _sizes.Length - 1);
            while (_left[_last] == 0)
            {
                _last--;
            }
        }
    }

    private int FirstAtMost(ulong room, int low)
    {
        int high = _last;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sizes[middle] <= room ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private int FirstLeft(int group)
    {
        while (_next[group] != group)
        {
            _next[group] = _next[_next[group]];
            group = _next[group];
        }

        return group;
    }
}
