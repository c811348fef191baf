using System.Collections.Immutable;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Planning;

/// <summary>What the planner shows: <c>?plan=2+sockets+x+1+TiB</c>, or <c>?a=…&amp;b=…&amp;edit=b</c> for plans side by side; <c>host=ID</c> where the first one began as a host.</summary>
public sealed record PlannerState : IUrlState<PlannerState>
{
    /// <summary>The most plans side by side.</summary>
    public const int MostPlans = 4;

    private const string Single = "plan";

    private static readonly string[] Names = ["a", "b", "c", "d"];
    private static readonly Dictionary<string, int> Places = Names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);

    /// <summary>The texts of the plans, at least one; an empty first one is the plan of <see cref="Host"/>, where there is one.</summary>
    public ImmutableArray<string> Plans { get; init; } = [""];

    /// <summary>The place of the plan that is edited and shown in full.</summary>
    public int Edited { get; init; }

    /// <summary>The host that the first plan began as; null for none.</summary>
    public SnapshotRef? Host { get; init; }

    /// <summary>The places of the plans that are too long for an address, which leaves them out.</summary>
    public IEnumerable<int> Misfits => Enumerable.Range(0, Plans.Length).Where(place => PlanLink.Write(Plans[place], Plans.Length) is null);

    /// <inheritdoc/>
    public static UrlParse<PlannerState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        var plans = ImmutableArray.CreateBuilder<string>();
        foreach (string name in Names.Prepend(Single))
        {
            if (reader.Raw(name) is not { } value || plans.Count == MostPlans)
            {
                continue;
            }

            if (PlanLink.TryRead(value, out string text) is { } problem)
            {
                reader.Add($"'{name}' in the address {problem}");
            }

            plans.Add(text);
        }

        if (plans.Count == 0)
        {
            plans.Add("");
        }

        SnapshotRef? host = null;
        if (reader.Raw("host") is { Length: > 0 } named && SnapshotRef.TryParse(named, out host) is { } wrong)
        {
            reader.Add($"'host' in the address: {wrong}");
        }

        return reader.Done(new PlannerState { Plans = plans.ToImmutable(), Edited = Math.Min(reader.Word("edit", Places, 0), plans.Count - 1), Host = host });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery()
    {
        UrlQuery query = UrlQuery.Empty;
        for (int i = 0; Plans.Length > 1 && i < Plans.Length && i < MostPlans; i++)
        {
            query = query.With(Names[i], PlanLink.Write(Plans[i], Plans.Length) ?? "");
        }

        return query.With(Single, Plans.Length == 1 && Plans[0].Length > 0 ? PlanLink.Write(Plans[0], 1) : null)
            .With("edit", Edited == 0 ? null : Names[Edited]).With("host", Host?.ToString());
    }

    /// <summary>The letter of a plan.</summary>
    public static char Letter(int place) => (char)('A' + place);

    /// <summary>Whether both have one address.</summary>
    public bool Equals(PlannerState? other) => other is not null && ToQuery().Equals(other.ToQuery());

    /// <inheritdoc/>
    public override int GetHashCode() => ToQuery().GetHashCode();
}
