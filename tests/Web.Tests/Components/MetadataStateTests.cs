using CsCheck;
using TdxDash.Web.Components.Metadata;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class MetadataStateTests
{
    private static readonly Gen<MetadataState> AnyState =
        from text in Gen.Char.Array[0, MetadataState.MaxText]
        from number in Gen.Int[-1, 63]
        from show in Gen.Enum<ShownFields>()
        select new MetadataState { Text = string.Concat(new string(text).EnumerateRunes()), Class = number < 0 ? null : number, Show = show };

    [Fact]
    public void Parse_OfToQuery_IsTheSame() => AnyState.Sample(state =>
    {
        UrlParse<MetadataState> parse = MetadataState.Parse(UrlQuery.FromUri(state.At("/hosts/x/metadata")));
        Assert.Equal(state, parse.State);
        Assert.Empty(parse.Problems);
    });

    [Fact]
    public void Parse_AnyQuery_GivesAStateThatIsWrittenAndReadAgain() => Gen.Char["?&=%+qclasshow17- ä"].Array[0, 120].Sample(letters =>
    {
        MetadataState state = MetadataState.Parse(UrlQuery.FromUri("?q=" + new string(letters))).State;
        Assert.Equal(state, MetadataState.Parse(UrlQuery.FromUri(state.At("/hosts/x/metadata"))).State);
    });

    [Theory]
    [InlineData("class=64", "'class'")]
    [InlineData("class=TDMR", "'class'")]
    [InlineData("show=some", "'show'")]
    public void Parse_MalformedPart_IsNamedAndTheRestHolds(string query, string named)
    {
        UrlParse<MetadataState> parse = MetadataState.Parse(UrlQuery.FromUri("?q=tdmr&" + query));

        Assert.Contains(named, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal(new MetadataState { Text = "tdmr" }, parse.State);
    }

    [Fact]
    public void ToQuery_Default_IsEmpty() => Assert.Equal("", new MetadataState().ToQuery().ToString());
}
