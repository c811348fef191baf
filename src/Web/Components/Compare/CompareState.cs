using System.Collections.Immutable;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Compare;

/// <summary>How a difference is written.</summary>
public enum DiffLook
{
    /// <summary>Both values beside each other.</summary>
    Split,

    /// <summary>One below the other.</summary>
    Unified,
}

/// <summary>What the compare page shows: <c>?a=host@time&amp;b=host&amp;view=unified&amp;show=name,log</c>.</summary>
public sealed record CompareState : IUrlState<CompareState>
{
    /// <summary>The most that are compared.</summary>
    public const int MostRefs = 4;

    private static readonly string[] Names = ["a", "b", "c", "d"];
    private static readonly Dictionary<string, DiffLook> Looks = new(StringComparer.Ordinal) { ["split"] = DiffLook.Split, ["unified"] = DiffLook.Unified };

    /// <summary>The snapshots, in order; fewer than two while they are being chosen.</summary>
    public ImmutableArray<SnapshotRef> Refs { get; init; } = [];

    /// <summary>How differences are written.</summary>
    public DiffLook Look { get; init; }

    /// <summary>The ids of the rules of <see cref="ExpectedDifferences"/> that are switched off: what they cover is shown.</summary>
    public ImmutableSortedSet<string> Off { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public static UrlParse<CompareState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        var refs = ImmutableArray.CreateBuilder<SnapshotRef>();
        foreach (string name in Names)
        {
            if (reader.Raw(name) is not { Length: > 0 } text)
            {
                continue;
            }

            if (SnapshotRef.TryParse(text, out SnapshotRef? parsed) is { } problem)
            {
                reader.Add($"'{name}' in the address: {problem}");
            }
            else
            {
                refs.Add(parsed!);
            }
        }

        DiffLook look = reader.Word("view", Looks, DiffLook.Split);
        return reader.Done(new CompareState { Refs = refs.ToImmutable(), Look = look, Off = ReadOff(reader) });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery()
    {
        UrlQuery query = UrlQuery.Empty;
        for (int i = 0; i < Refs.Length && i < MostRefs; i++)
        {
            query = query.With(Names[i], Refs[i].ToString());
        }

        return query.With("view", Look == DiffLook.Split ? null : "unified").With("show", Off.IsEmpty ? null : string.Join(',', Off));
    }

    /// <summary>The same with a rule switched on or off.</summary>
    public CompareState Toggled(string ruleId) => this with { Off = Off.SymmetricExcept([ruleId]) };

    /// <inheritdoc/>
    public bool Equals(CompareState? other) => other is not null && Refs.SequenceEqual(other.Refs) && Look == other.Look && Off.SetEquals(other.Off);

    /// <inheritdoc/>
    public override int GetHashCode() => Refs.Aggregate(HashCode.Combine(Look, Off.Count), HashCode.Combine);

    private static ImmutableSortedSet<string> ReadOff(UrlReader reader)
    {
        string[] ids = reader.Text("show", 100).Split(',', StringSplitOptions.RemoveEmptyEntries);
        string[] known = [.. ids.Where(id => ExpectedDifferences.Rules.Any(rule => rule.Id == id))];
        if (ids.Except(known).FirstOrDefault() is { } unknown)
        {
            reader.Add($"'show' in the address names '{UrlReader.Shown(unknown)}', which is no rule: use {string.Join(", ", ExpectedDifferences.Rules.Select(rule => rule.Id))}.");
        }

        return known.ToImmutableSortedSet(StringComparer.Ordinal);
    }
}
