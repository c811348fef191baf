using System.Collections.Immutable;
using CsCheck;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Tests.Components;

public sealed class FleetStateTests
{
    private static readonly string[] States = [.. StateWords.InUrl.Keys, StateWords.Silent];
    private static readonly FleetColumn[] Columns = Enum.GetValues<FleetColumn>();

    private static readonly Gen<FleetState> AnyState =
        from search in Gen.Char.Array[0, 60]
        from states in Gen.Shuffle(States, 0, States.Length)
        from sorted in Gen.Shuffle(Columns, 0, FleetState.MaxSorts)
        from turned in Gen.Bool.Array[FleetState.MaxSorts]
        from hidden in Gen.Shuffle(Columns, 0, Columns.Length)
        from density in Gen.OneOf(Density.Comfortable, Density.Compact)
        from chosen in Gen.Guid.Array[0, FleetState.MaxSelected]
        from pane in Gen.OneOf(Gen.Const(""), Gen.Guid.Select(id => id.ToString("D")))
        select hidden.Aggregate(new FleetState(
            string.Concat(new string(search).EnumerateRunes()),
            [.. states],
            [.. sorted.Select((column, i) => new FleetSort(column, turned[i]))],
            FleetState.Default.Columns,
            density,
            [.. chosen.Select(id => id.ToString("D")).Distinct()],
            pane), (state, column) => state.WithColumn(column, !state.Columns.Contains(column)));

    [Fact]
    public void Parse_OfToQuery_IsTheSame() => AnyState.Sample(state =>
    {
        UrlParse<FleetState> parse = FleetState.Parse(UrlQuery.FromUri(state.At("/")));
        Assert.Equal(state, parse.State);
        Assert.Equal(state.Columns, parse.State.Columns);
        Assert.Empty(parse.Problems);
    });

    [Fact]
    public void Parse_AnyQuery_GivesAStateThatIsWrittenAndReadAgain() => Gen.Char["?&=,-%+abcdqsortlen:;<>0123456789 ä"].Array[0, 120].Sample(letters =>
    {
        FleetState state = FleetState.Parse(UrlQuery.FromUri("?q=" + new string(letters))).State;
        Assert.Equal(state, FleetState.Parse(UrlQuery.FromUri(state.At("/"))).State);
    });

    [Fact]
    public void ToQuery_Default_IsEmpty() => Assert.Equal("", FleetState.Default.ToQuery().ToString());

    [Theory]
    [InlineData("?sort=nonsense", "names 'nonsense'")]
    [InlineData("?sort=-", "'sort'")]
    [InlineData("?state=7", "names '7'")]
    [InlineData("?state=Failed", "names 'Failed'")]
    [InlineData("?cols=host,3", "names '3'")]
    [InlineData("?density=thick", "'thick'")]
    [InlineData("?sel=%3Cscript%3E", "'sel' in the address names '<script>', which is no identity")]
    [InlineData("?pane=7", "'pane' in the address names '7', which is no identity")]
    [InlineData("?sort=host,state,group,family,module", "has 5 parts")]
    public void Parse_Malformed_NamesItAndTakesTheDefault(string query, string named)
    {
        UrlParse<FleetState> parse = FleetState.Parse(UrlQuery.FromUri(query));

        Assert.Contains(named, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal(FleetState.Default.Density, parse.State.Density);
        Assert.Empty(parse.State.Selected);
    }

    [Fact]
    public void Parse_VeryLongText_IsCutAndSaidSo()
    {
        UrlParse<FleetState> parse = FleetState.Parse(UrlQuery.FromUri("?q=" + new string('x', 1_000)));

        Assert.Equal(FleetSearch.MaxLength, parse.State.Search.Length);
        Assert.Single(parse.Problems);
    }

    [Fact]
    public void Parse_ColumnsInAnyOrder_StandInTheirOwn() =>
        Assert.Equal([FleetColumn.Host, FleetColumn.State, FleetColumn.Tags], FleetState.Parse(UrlQuery.FromUri("?cols=tags,state")).State.Columns);

    [Fact]
    public void SortedBy_SameColumnTwice_TurnsRound()
    {
        FleetState once = FleetState.Default.SortedBy(FleetColumn.Memory);

        Assert.Equal([new FleetSort(FleetColumn.Memory, false)], once.Sorts);
        Assert.Equal([new FleetSort(FleetColumn.Memory, true)], once.SortedBy(FleetColumn.Memory).Sorts);
        Assert.Empty(once.SortedBy(FleetColumn.Host).Sorts);
    }

    [Fact]
    public void SortedBy_Added_GoesBehindThenTurnsThenGoes()
    {
        FleetState two = FleetState.Default.SortedBy(FleetColumn.Family).SortedBy(FleetColumn.Memory, isAdded: true);
        Assert.Equal([new FleetSort(FleetColumn.Family, false), new FleetSort(FleetColumn.Memory, false)], two.Sorts);
        FleetState turned = two.SortedBy(FleetColumn.Memory, isAdded: true);
        Assert.Equal(new FleetSort(FleetColumn.Memory, true), turned.Sorts[1]);
        Assert.Equal([new FleetSort(FleetColumn.Family, false)], turned.SortedBy(FleetColumn.Memory, isAdded: true).Sorts);
    }

    [Fact]
    public void ToQuery_MoreChosenThanFit_LeavesThemOut() =>
        Assert.Equal("", (FleetState.Default with { Selected = [.. Enumerable.Range(0, FleetState.MaxSelected + 1).Select(_ => Guid.NewGuid().ToString("D"))] }).ToQuery().ToString());
}
