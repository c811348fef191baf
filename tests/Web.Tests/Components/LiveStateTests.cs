using System.Collections.Immutable;
using CsCheck;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class LiveStateTests
{
    private static readonly Gen<LiveState> AnyState =
        from search in Gen.Char.Array[0, 60]
        from named in Gen.OneOf(Gen.Const(""), Gen.Const("site-b"), Gen.Const("a.b/c_1"))
        from since in Gen.Long[0, 2_000_000_000_000_000]
        from isSince in Gen.Bool
        from phases in Gen.Shuffle(Enum.GetValues<BoardPhase>(), 0, 4)
        from kinds in Gen.Shuffle(Enum.GetValues<SeenKind>(), 0, 5)
        from log in Gen.Char.Array[0, 40]
        select new LiveState
        {
            Group = named,
            Search = string.Concat(new string(search).EnumerateRunes()),
            Since = isSince ? DateTimeOffset.UnixEpoch.AddMicroseconds(since) : null,
            Shown = [.. phases],
            Log = string.Concat(new string(log).EnumerateRunes()),
            Kinds = [.. kinds],
        };

    [Fact]
    public void Parse_OfToQuery_IsTheSame() => AnyState.Sample(state =>
    {
        UrlParse<LiveState> parse = LiveState.Parse(UrlQuery.FromUri(state.At("/live")));
        Assert.Equal(state, parse.State);
        Assert.Empty(parse.Problems);
    });

    [Fact]
    public void Parse_AnyQuery_GivesAStateThatIsWrittenAndReadAgain() => Gen.Char["?&=,-%+abcdgroupsincephkl:;<>0123456789 ä"].Array[0, 120].Sample(letters =>
    {
        LiveState state = LiveState.Parse(UrlQuery.FromUri("?group=" + new string(letters))).State;
        Assert.Equal(state, LiveState.Parse(UrlQuery.FromUri(state.At("/live"))).State);
    });

    [Theory]
    [InlineData("group=no good", "'group'")]
    [InlineData("since=yesterday", "'since'")]
    [InlineData("phase=lost", "'phase'")]
    [InlineData("kinds=kernel,moon", "'kinds'")]
    public void Parse_MalformedPart_IsNamedAndTheRestHolds(string query, string named)
    {
        UrlParse<LiveState> parse = LiveState.Parse(UrlQuery.FromUri("?q=rack1&" + query));

        Assert.Contains(named, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal("rack1", parse.State.Search);
    }

    [Fact]
    public void ToQuery_Default_IsEmpty() => Assert.Equal("", new LiveState().ToQuery().ToString());

    [Fact]
    public void Toggled_Twice_IsTheSame() => Assert.Equal(new LiveState(), new LiveState().Toggled(BoardPhase.Failed).Toggled(BoardPhase.Failed));
}
