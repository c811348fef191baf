namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>Finds counterparts in lists that are not regions: for each element of the target the index in the base, or -1.</summary>
internal static class Matches
{
    // So many pairs of equal lines keep the search under a few milliseconds; 2,000 different lines have 2,000.
    private const long MostPairs = 1 << 20;

    public static int[] ByIndex<T>(IReadOnlyList<T> before, IReadOnlyList<T> after) =>
        [.. Enumerable.Range(0, after.Count).Select(i => i < before.Count ? i : -1)];

    public static int[] ByKey<T, TKey>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        var indices = new Dictionary<TKey, int>();
        for (int i = 0; i < before.Count; i++)
        {
            indices.TryAdd(keyOf(before[i]), i);
        }

        return [.. after.Select(value => indices.Remove(keyOf(value), out int index) ? index : -1)];
    }

    /// <summary>The longest common subsequence (Hunt and Szymanski). Where equal lines repeat so often that it would be slow, the
    /// n-th of them is only paired with the n-th, which gives a common subsequence, but not always the longest.</summary>
    public static int[] ByLine(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        int[] counterparts = new int[after.Count];
        Array.Fill(counterparts, -1);
        int shared = Math.Min(before.Count, after.Count), head = 0, tail = 0;
        while (head < shared && before[head] == after[head])
        {
            counterparts[head] = head;
            head++;
        }

        while (tail < shared - head && before[before.Count - 1 - tail] == after[after.Count - 1 - tail])
        {
            tail++;
            counterparts[after.Count - tail] = before.Count - tail;
        }

        Chain? longest = LongestChain(Candidates(before, after, head, tail), head);
        for (Chain? pair = longest; pair is not null; pair = pair.Previous)
        {
            counterparts[pair.After] = pair.Before;
        }

        return counterparts;
    }

    // For each line of the base, between head and tail, the places of the same line in the target, ascending.
    private static List<List<int>> Candidates(IReadOnlyList<string> before, IReadOnlyList<string> after, int head, int tail)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = head; i < after.Count - tail; i++)
        {
            if (!places.TryGetValue(after[i], out List<int>? same))
            {
                places.Add(after[i], same = []);
            }

            same.Add(i);
        }

        var candidates = new List<List<int>>();
        for (int i = head; i < before.Count - tail; i++)
        {
            candidates.Add(places.GetValueOrDefault(before[i]) ?? []);
        }

        if (candidates.Sum(same => (long)same.Count) <= MostPairs)
        {
            return candidates;
        }

        var used = new Dictionary<List<int>, int>(ReferenceEqualityComparer.Instance);
        return [.. candidates.Select(same =>
        {
            int nth = used.GetValueOrDefault(same);
            used[same] = nth + 1;
            return nth < same.Count ? [same[nth]] : new List<int>();
        })];
    }

    private static Chain? LongestChain(List<List<int>> candidates, int head)
    {
        // Ends[n] is the chain of n + 1 pairs that ends lowest in the target.
        var ends = new List<Chain>();
        for (int i = 0; i < candidates.Count; i++)
        {
            // Downwards, so that a line of the base is used at most once in a chain.
            for (int k = candidates[i].Count - 1; k >= 0; k--)
            {
                int place = candidates[i][k];
                int length = LowerBound(ends, place);
                if (length < ends.Count && ends[length].After == place)
                {
                    continue;
                }

                var chain = new Chain(head + i, place, length == 0 ? null : ends[length - 1]);
                if (length == ends.Count)
                {
                    ends.Add(chain);
                }
                else
                {
                    ends[length] = chain;
                }
            }
        }

        return ends.Count == 0 ? null : ends[^1];
    }

    private static int LowerBound(List<Chain> ends, int place)
    {
        int low = 0, high = ends.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ends[middle].After < place ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed record Chain(int Before, int After, Chain? Previous);
}
