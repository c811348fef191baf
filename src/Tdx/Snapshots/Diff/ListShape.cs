using System.Globalization;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>A list, element by element.</summary>
/// <param name="noun">What its elements are, in the plural.</param>
/// <param name="match">For each element of the target, the index of its counterpart in the base, or -1; each counterpart at most once.</param>
/// <param name="element">How two counterparts are compared.</param>
/// <param name="key">What stands in the brackets of an element's path.</param>
internal sealed class ListShape<T>(string noun, Func<IReadOnlyList<T>, IReadOnlyList<T>, int[]> match, Shape<T> element, Func<T, int, string> key)
    : Shape<IReadOnlyList<T>>
{
    /// <summary>The typed part of an element that was added or removed.</summary>
    public Func<T, DiffSign, DiffDetail?> Detail { get; init; } = (_, _) => null;

    public override Edit<IReadOnlyList<T>>? Compare(IReadOnlyList<T> before, IReadOnlyList<T> after, string path, EntryList entries)
    {
        if (ReferenceEquals(before, after))
        {
            return null;
        }

        int[] counterparts = match(before, after);
        var removed = new RemovedElements(before.Count, counterparts);
        var script = new ListScript<T>();
        bool differs = before.Count != after.Count, reordered = false;
        int highest = -1;
        for (int i = 0; i < after.Count; i++)
        {
            int from = counterparts[i];
            if (from < 0)
            {
                differs = true;
                entries.Added(PathOf(path, after[i], i), element.Describe(after[i]), Detail(after[i], DiffSign.Added));
                script.Insert(after[i]);
                continue;
            }

            ReportRemoved(removed, from, before, path, entries);
            Edit<T>? edit = EqualityComparer<T>.Default.Equals(before[from], after[i]) ? null : element.Compare(before[from], after[i], PathOf(path, before[from], from), entries);
            script.Take(from, edit);
            differs |= edit is not null || from != i;
            reordered |= edit is null && from < highest;
            highest = edit is null ? Math.Max(highest, from) : highest;
        }

        ReportRemoved(removed, before.Count, before, path, entries);
        if (reordered)
        {
            entries.Changed(path, DiffAspect.Order, "one order", "another order of the same elements");
        }

        return differs ? script.Apply : null;
    }

    public override string Describe(IReadOnlyList<T> value) => string.Create(CultureInfo.InvariantCulture, $"{value.Count} {noun}");

    private void ReportRemoved(RemovedElements removed, int end, IReadOnlyList<T> before, string path, EntryList entries)
    {
        while (removed.TryNext(end, out int index))
        {
            entries.Removed(PathOf(path, before[index], index), element.Describe(before[index]), Detail(before[index], DiffSign.Removed));
        }
    }

    private string PathOf(string path, T value, int index) => $"{path}[{key(value, index)}]";
}

/// <summary>The elements of the base without a counterpart, handed out in order.</summary>
internal sealed class RemovedElements
{
    private readonly bool[] _kept;
    private int _next;

    public RemovedElements(int count, int[] counterparts)
    {
        _kept = new bool[count];
        foreach (int kept in counterparts)
        {
            if (kept >= 0)
            {
                _kept[kept] = true;
            }
        }
    }

    public bool TryNext(int end, out int index)
    {
        while (_next < end && _kept[_next])
        {
            _next++;
        }

        index = _next;
        if (_next >= end)
        {
            return false;
        }

        _next++;
        return true;
    }
}

/// <summary>The exact part of a list's difference: runs that stay, elements that are edited, elements that are new.</summary>
internal sealed class ListScript<T>
{
    private readonly List<Step> _steps = [];
    private int _length;

    public void Insert(T value) => Add(new Step(-1, 1, _ => value));

    public void Take(int from, Edit<T>? edit)
    {
        if (edit is null && _steps.Count > 0 && _steps[^1] is { Edit: null } run && run.From + run.Count == from)
        {
            _steps[^1] = run with { Count = run.Count + 1 };
            _length++;
            return;
        }

        Add(new Step(from, 1, edit));
    }

    public IReadOnlyList<T> Apply(IReadOnlyList<T> before)
    {
        var made = new T[_length];
        int at = 0;
        foreach (Step step in _steps)
        {
            for (int i = 0; i < step.Count; i++)
            {
                made[at++] = step switch
                {
                    { Edit: null } => before[step.From + i],
                    { From: >= 0 } => step.Edit(before[step.From]),
                    _ => step.Edit(default!),
                };
            }
        }

        return made;
    }

    private void Add(Step step)
    {
        _steps.Add(step);
        _length++;
    }

    private readonly record struct Step(int From, int Count, Edit<T>? Edit);
}
