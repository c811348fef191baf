using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>Finds which region of the base became which region of the target: the same range first, then the same start, the same end,
/// an overlap, and last the same size (it moved). Sorting and merging only, so near linear.</summary>
internal static class RegionMatch
{
    public static int[] Match<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, AddressRange> rangeOf)
    {
        int[] counterparts = new int[after.Count];
        Array.Fill(counterparts, -1);
        var left = new List<Place>();
        var right = new List<Place>();
        Trim(before, after, rangeOf, counterparts, left, right);
        MergeBy(left, right, counterparts, place => (place.Range.Start.Value, place.Range.End.Value));
        MergeBy(left, right, counterparts, place => (place.Range.Start.Value, 0));
        MergeBy(left, right, counterparts, place => (place.Range.End.Value, 0));
        MergeOverlaps(left, right, counterparts);
        MergeBy(left, right, counterparts, place => (place.Range.Size.Bytes, 0));
        return counterparts;
    }

    // Most regions are the same at both ends of the lists.
    private static void Trim<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, AddressRange> rangeOf, int[] counterparts, List<Place> left, List<Place> right)
    {
        int shared = Math.Min(before.Count, after.Count), head = 0, tail = 0;
        while (head < shared && rangeOf(before[head]) == rangeOf(after[head]))
        {
            counterparts[head] = head;
            head++;
        }

        while (tail < shared - head && rangeOf(before[before.Count - 1 - tail]) == rangeOf(after[after.Count - 1 - tail]))
        {
            tail++;
            counterparts[after.Count - tail] = before.Count - tail;
        }

        for (int i = head; i < before.Count - tail; i++)
        {
            left.Add(new Place(rangeOf(before[i]), i));
        }

        for (int i = head; i < after.Count - tail; i++)
        {
            right.Add(new Place(rangeOf(after[i]), i));
        }
    }

    private static void MergeBy(List<Place> left, List<Place> right, int[] counterparts, Func<Place, (ulong, ulong)> keyOf)
    {
        if (left.Count == 0 || right.Count == 0)
        {
            return;
        }

        Keyed[] lefts = Sorted(left, keyOf), rights = Sorted(right, keyOf);
        left.Clear();
        right.Clear();
        int l = 0, r = 0;
        while (l < lefts.Length && r < rights.Length)
        {
            int order = lefts[l].Key.CompareTo(rights[r].Key);
            if (order == 0)
            {
                counterparts[rights[r++].Place.Index] = lefts[l++].Place.Index;
            }
            else if (order < 0)
            {
                left.Add(lefts[l++].Place);
            }
            else
            {
                right.Add(rights[r++].Place);
            }
        }

        left.AddRange(lefts[l..].Select(rest => rest.Place));
        right.AddRange(rights[r..].Select(rest => rest.Place));
    }

    private static Keyed[] Sorted(List<Place> places, Func<Place, (ulong, ulong)> keyOf)
    {
        var keyed = new Keyed[places.Count];
        bool ascending = true;
        for (int i = 0; i < keyed.Length; i++)
        {
            keyed[i] = new Keyed(keyOf(places[i]), places[i]);
            ascending &= i == 0 || keyed[i - 1].CompareTo(keyed[i]) <= 0;
        }

        // Maps come ascending, and then so do their starts and ends.
        if (!ascending)
        {
            Array.Sort(keyed);
        }

        return keyed;
    }

    private static void MergeOverlaps(List<Place> left, List<Place> right, int[] counterparts)
    {
        left.Sort();
        right.Sort();
        var leftRest = new List<Place>();
        var rightRest = new List<Place>();
        int l = 0, r = 0;
        while (l < left.Count && r < right.Count)
        {
            if (left[l].Range.Overlaps(right[r].Range))
            {
                counterparts[right[r++].Index] = left[l++].Index;
            }
            else if (left[l].Range.End <= right[r].Range.Start)
            {
                leftRest.Add(left[l++]);
            }
            else
            {
                rightRest.Add(right[r++]);
            }
        }

        left.RemoveRange(0, l);
        right.RemoveRange(0, r);
        left.InsertRange(0, leftRest);
        right.InsertRange(0, rightRest);
    }

    private readonly record struct Place(AddressRange Range, int Index) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            int order = Range.Start.CompareTo(other.Range.Start);
            return order != 0 ? order : Index.CompareTo(other.Index);
        }
    }

    private readonly record struct Keyed((ulong First, ulong Second) Key, Place Place) : IComparable<Keyed>
    {
        public int CompareTo(Keyed other)
        {
            int order = Key.CompareTo(other.Key);
            return order != 0 ? order : Place.CompareTo(other.Place);
        }
    }
}
