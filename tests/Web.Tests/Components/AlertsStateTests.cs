using CsCheck;
using TdxDash.Web.Components.Alerts;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class AlertsStateTests
{
    private static readonly Gen<AlertsState> AnyState =
        from part in Gen.Enum<AlertsPart>()
        from rule in Gen.OneOf(Gen.Const(""), Gen.Const("host-silent"))
        from named in Gen.OneOf(Gen.Const(""), Gen.Const("site-b"), Gen.Const("a.b/c_1"))
        from host in Gen.Char.Array[0, 60]
        from page in Gen.Int[1, 100_000]
        select new AlertsState { Part = part, Rule = rule, Group = named, Host = string.Concat(new string(host).EnumerateRunes()), Page = page };

    [Fact]
    public void Parse_OfToQuery_IsTheSame() => AnyState.Sample(state =>
    {
        UrlParse<AlertsState> parse = AlertsState.Parse(UrlQuery.FromUri(state.At("/alerts")));
        Assert.Equal(state, parse.State);
        Assert.Empty(parse.Problems);
    });

    [Fact]
    public void Parse_AnyQuery_GivesAStateThatIsWrittenAndReadAgain() => Gen.Char["?&=,-%+showrulegrouphstpage:;<>0123456789 ä"].Array[0, 120].Sample(letters =>
    {
        AlertsState state = AlertsState.Parse(UrlQuery.FromUri("?group=" + new string(letters))).State;
        Assert.Equal(state, AlertsState.Parse(UrlQuery.FromUri(state.At("/alerts"))).State);
    });

    [Theory]
    [InlineData("group=no good", "'group'")]
    [InlineData("show=moon", "'show'")]
    [InlineData("page=0", "'page'")]
    public void Parse_MalformedPart_IsNamedAndTheRestHolds(string query, string named)
    {
        UrlParse<AlertsState> parse = AlertsState.Parse(UrlQuery.FromUri("?host=rack1&" + query));

        Assert.Contains(named, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal("rack1", parse.State.Host);
    }

    [Fact]
    public void ToQuery_Default_IsEmpty() => Assert.Equal("", new AlertsState().ToQuery().ToString());
}
