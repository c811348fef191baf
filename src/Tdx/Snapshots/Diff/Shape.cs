namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>The exact part of a difference: makes the target's value of the base's one.</summary>
internal delegate T Edit<T>(T before);

/// <summary>How values of a type are compared. One walk gives both the entries for people and the edit that rebuilds the target, so
/// that the two cannot disagree: there is an edit exactly when entries were added.</summary>
internal abstract class Shape<T>
{
    /// <summary>Adds an entry for each difference.</summary>
    /// <returns>What makes <paramref name="after"/> of <paramref name="before"/>; null when they are equal.</returns>
    public abstract Edit<T>? Compare(T before, T after, string path, EntryList entries);

    /// <summary>The value in a few words, on one line.</summary>
    public abstract string Describe(T value);
}

/// <summary>The entries of a walk, with the provenance of the reading that it is in.</summary>
internal sealed class EntryList
{
    private readonly List<DiffEntry> _entries = [];
    private (Provenance Before, Provenance After)? _provenance;

    public IReadOnlyList<DiffEntry> Entries => _entries;

    public void Enter(Provenance before, Provenance after) => _provenance = (before, after);

    public void Leave() => _provenance = null;

    public void Added(string path, string after, DiffDetail? detail = null) =>
        _entries.Add(new DiffEntry(path, DiffSign.Added, DiffAspect.Value, null, after, detail, null, _provenance?.After));

    public void Removed(string path, string before, DiffDetail? detail = null) =>
        _entries.Add(new DiffEntry(path, DiffSign.Removed, DiffAspect.Value, before, null, detail, _provenance?.Before, null));

    public void Changed(string path, DiffAspect aspect, string before, string after, DiffDetail? detail = null) =>
        _entries.Add(new DiffEntry(path, DiffSign.Changed, aspect, before, after, detail, _provenance?.Before, _provenance?.After));
}

/// <summary>A value without parts.</summary>
internal sealed class ScalarShape<T>(Func<T, string> text, Func<T, T, DiffDetail?>? detail = null) : Shape<T>
{
    public override Edit<T>? Compare(T before, T after, string path, EntryList entries)
    {
        if (EqualityComparer<T>.Default.Equals(before, after))
        {
            return null;
        }

        entries.Changed(path, DiffAspect.Value, text(before), text(after), detail?.Invoke(before, after));
        return _ => after;
    }

    public override string Describe(T value) => text(value);
}

/// <summary>A value that may be absent.</summary>
internal sealed class OptionalShape<T>(Shape<T> inner, Func<T?, T?, DiffDetail?> detail) : Shape<T?>
    where T : class
{
    public override Edit<T?>? Compare(T? before, T? after, string path, EntryList entries)
    {
        switch (before, after)
        {
            case (null, null):
                return null;
            case ({ }, { }):
                return inner.Compare(before, after, path, entries) is { } edit ? value => edit(value!) : null;
            case (null, { }):
                entries.Added(path, inner.Describe(after), detail(null, after));
                return _ => after;
            default:
                entries.Removed(path, inner.Describe(before!), detail(before, null));
                return _ => null;
        }
    }

    public override string Describe(T? value) => value is null ? "none" : inner.Describe(value);
}

/// <summary>A record, member by member.</summary>
internal sealed class RecordShape<T>(Func<T, string> describe, params Member<T>[] members) : Shape<T>
{
    public override Edit<T>? Compare(T before, T after, string path, EntryList entries)
    {
        Edit<T>? edits = null;
        foreach (Member<T> member in members)
        {
            Edit<T>? edit = member.Compare(before, after, path, entries);
            edits = edits is null || edit is null ? edits ?? edit : InTurn(edits, edit);
        }

        return edits;
    }

    private static Edit<T> InTurn(Edit<T> first, Edit<T> second) => value => second(first(value));

    public override string Describe(T value) => describe(value);
}

/// <summary>A member of a record.</summary>
internal abstract class Member<T>
{
    public abstract Edit<T>? Compare(T before, T after, string path, EntryList entries);
}

/// <summary>A member of a record: its name, empty where the record's own path speaks of it; how to read it; how to replace it.</summary>
internal sealed class Member<T, TValue>(string name, Func<T, TValue> get, Func<T, TValue, T> with, Shape<TValue> shape) : Member<T>
{
    public override Edit<T>? Compare(T before, T after, string path, EntryList entries)
    {
        // Most members are equal: no path is put together for them.
        (TValue old, TValue young) = (get(before), get(after));
        if (EqualityComparer<TValue>.Default.Equals(old, young))
        {
            return null;
        }

        string place = path.Length == 0 || name.Length == 0 ? path + name : $"{path}.{name}";
        return shape.Compare(old, young, place, entries) is { } edit ? EditOf(edit) : null;
    }

    private Edit<T> EditOf(Edit<TValue> edit) => value => with(value, edit(get(value)));
}

/// <summary>A reading: value, provenance, source, state, reason and remedy, each on its own.</summary>
internal sealed class ReadingShape<T>(Shape<T> value) : Shape<Reading<T>>
{
    public override Edit<Reading<T>>? Compare(Reading<T> before, Reading<T> after, string path, EntryList entries)
    {
        if (before.TryGet(out T? old) && after.TryGet(out T? young))
        {
            return CompareKnown(before, old, after, young, path, entries);
        }

        bool sameState = before.State == after.State;
        if (!sameState)
        {
            entries.Changed(path, DiffAspect.State, Describe(before), Describe(after));
        }

        bool differs = !sameState
            | (sameState && Differ(DiffAspect.Reason, before.Reason, after.Reason, path, entries))
            | (sameState && Differ(DiffAspect.Remedy, before.Remedy, after.Remedy, path, entries))
            | Differ(DiffAspect.Source, before.Source, after.Source, path, entries);
        return differs ? _ => after : null;
    }

    public override string Describe(Reading<T> reading) => reading.State switch
    {
        ReadingState.Known => $"known, {Words.Of(reading.Provenance)}: {value.Describe(reading.Value)}",
        ReadingState.NotOffered => $"not offered: {reading.Reason}",
        _ => $"unreadable: {reading.Reason}",
    };

    private Edit<Reading<T>>? CompareKnown(Reading<T> before, T old, Reading<T> after, T young, string path, EntryList entries)
    {
        entries.Enter(before.Provenance, after.Provenance);
        Edit<T>? edit = value.Compare(old, young, path, entries);
        bool differs = Differ(DiffAspect.Provenance, Words.Of(before.Provenance), Words.Of(after.Provenance), path, entries)
            | Differ(DiffAspect.Source, before.Source, after.Source, path, entries);
        entries.Leave();
        (Provenance provenance, string source) = (after.Provenance, after.Source);
        return edit is null && !differs ? null : reading => Reading.Known(edit is null ? reading.Value : edit(reading.Value), provenance, source);
    }

    private static bool Differ(DiffAspect aspect, string before, string after, string path, EntryList entries)
    {
        bool differs = before != after;
        if (differs)
        {
            entries.Changed(path, aspect, before, after);
        }

        return differs;
    }
}
