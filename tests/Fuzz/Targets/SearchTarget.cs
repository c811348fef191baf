using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Search;

namespace TdxDash.Fuzz.Targets;

/// <summary>The fleet's search and the address that carries it.</summary>
internal sealed class SearchTarget() : TextTarget("search")
{
    public override int MaxLength => 2_048;

    protected override IEnumerable<string> Texts() =>
    [
        .. SearchFields.All.Select(field => field.Example), "family:GNR version:<2.0.14 reserved:>75%", "-tag:lab \"two words\" host:a,b", "?q=rack1&sort=-memory,host&cols=host,state&sel=x",
        "pamt:>=0.39% seen:<=90min keys:0 memory:=1TiB", "a:b:c -\"\" :: -", "?state=failed,atrisk&density=compact",
    ];

    protected override string Check(string text)
    {
        FleetSearch search = FleetSearch.Parse(text);
        foreach (SearchProblem problem in search.Problems)
        {
            Promise(problem.Column >= 1 && problem.Column <= text.Length + 1 && problem.Message.Length > 0, $"the problem of {problem.Token} points outside the text");
        }

        Promise(SearchHints.For(text, ["EMR"], ["g"], ["t"]).Count <= SearchHints.Max, "there are too many hints");
        UrlParse<FleetState> parse = FleetState.Parse(UrlQuery.FromUri("?" + text));
        Promise(FleetState.Parse(UrlQuery.FromUri(parse.State.At("/"))).State.Equals(parse.State), "a state does not survive its own address");
        return $"{search.IsAll} {Math.Min(search.Problems.Count, 3)} {search.LooksAtAge} {Math.Min(parse.Problems.Count, 3)}";
    }
}
