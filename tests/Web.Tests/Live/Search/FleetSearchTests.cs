using CsCheck;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Search;
using TdxDash.Web.Tests.Components;

namespace TdxDash.Web.Tests.Live.Search;

public sealed class FleetSearchTests
{
    // EMR 1.5.08, 256 GiB, PAMT 1 GiB (0.39 %), 11 of 16 reserved areas, 5 of 64 TDMRs, 28 of 31 KeyIDs free, kernel 7.2.1.
    private static readonly FleetHost Usual = FleetSamples.Host("rack1-a07", labels: FleetSamples.Labels("site-b", "canary", "lab"));

    private static readonly FleetHost Bare = FleetSamples.Host("bare", TdxState.NoTdx, with: summary => summary with
    {
        Version = FleetSamples.Unknown<TdxDash.Tdx.Metadata.ModuleVersion>(),
        Memory = FleetSamples.Unknown<TdxDash.Tdx.Memory.ByteSize>(),
        Pamt = FleetSamples.Unknown<TdxDash.Tdx.Memory.ByteSize>(),
        PeakReserved = FleetSamples.Unknown<int>(),
        Tdmrs = FleetSamples.Unknown<int>(),
        KeyIds = FleetSamples.Unknown<long>(),
        Tier = FleetSamples.Unknown<ProbeTier>(),
    });

    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("RACK1", true)]
    [InlineData("rack1 emr", true)]
    [InlineData("rack1 gnr", false)]
    [InlineData("\"tdx works\"", true)]
    [InlineData("canary", true)]
    [InlineData("-rack1", false)]
    [InlineData("-rack2", true)]
    [InlineData("host:A07", true)]
    [InlineData("host:a07,b01", true)]
    [InlineData("-host:b01", true)]
    [InlineData("state:ready", true)]
    [InlineData("state:failed,atrisk", false)]
    [InlineData("state:silent", false)]
    [InlineData("FAMILY:emr", true)]
    [InlineData("family:GNR,EMR", true)]
    [InlineData("family:EM", false)]
    [InlineData("version:1.5.8", true)]
    [InlineData("version:1.5", true)]
    [InlineData("version:1.5.08,2.0.14", true)]
    [InlineData("version:<1.5.13", true)]
    [InlineData("version:<1.5.8", false)]
    [InlineData("version:<=1.5.8", true)]
    [InlineData("version:>1.5", false)]
    [InlineData("version:>=1.5", true)]
    [InlineData("version:<2", true)]
    [InlineData("behind:>3", true)]
    [InlineData("behind:4", true)]
    [InlineData("memory:>=256GiB", true)]
    [InlineData("memory:<0.25TiB", false)]
    [InlineData("memory:256g", true)]
    [InlineData("pamt:>0.3%", true)]
    [InlineData("pamt:0.39%", true)]
    [InlineData("pamt:>1%", false)]
    [InlineData("pamt:1GiB", true)]
    [InlineData("reserved:>75%", false)]
    [InlineData("reserved:>68%", true)]
    [InlineData("reserved:11", true)]
    [InlineData("tdmrs:>32", false)]
    [InlineData("tdmrs:<10%", true)]
    [InlineData("keys:28", true)]
    [InlineData("keys:<4", false)]
    [InlineData("seen:<1min", true)]
    [InlineData("seen:>1h", false)]
    [InlineData("group:site-b", true)]
    [InlineData("group:none", false)]
    [InlineData("tag:canary", true)]
    [InlineData("tag:can", false)]
    [InlineData("-tag:lab", false)]
    [InlineData("kernel:7.2", true)]
    [InlineData("kernel:6", false)]
    [InlineData("tier:root", true)]
    [InlineData("tier:module", false)]
    [InlineData("origin:live", true)]
    [InlineData("origin:demo,file", false)]
    public void Matches_OneHost_AsTheTokensSay(string text, bool isMeant)
    {
        FleetSearch search = FleetSearch.Parse(text);

        Assert.Empty(search.Problems);
        Assert.Equal(isMeant, search.Matches(Usual, Samples.Now));
    }

    [Theory]
    [InlineData("version:>0")]
    [InlineData("memory:>=0B")]
    [InlineData("pamt:>=0%")]
    [InlineData("reserved:>=0")]
    [InlineData("tdmrs:>=0")]
    [InlineData("keys:>=0")]
    [InlineData("behind:>=0")]
    [InlineData("tier:files,root,module")]
    public void Matches_UnknownValue_IsMetByNoComparison(string text)
    {
        Assert.False(FleetSearch.Parse(text).Matches(Bare, Samples.Now));
        Assert.True(FleetSearch.Parse("-" + text).Matches(Bare, Samples.Now));
    }

    [Fact]
    public void Matches_SilentHost_BySeenStateAndWord()
    {
        FleetHost silent = FleetSamples.Host("gone", secondsAgo: 7_200);

        Assert.All(["seen:>1h", "state:silent", "silent", "seen:>=120min", "-seen:<1h"], text => Assert.True(FleetSearch.Parse(text).Matches(silent, Samples.Now), text));
    }

    [Theory]
    [InlineData("reservd:>75%", 1, "Did you mean 'reserved'?")]
    [InlineData("rack1 colour:red", 7, "there is no field 'colour'")]
    [InlineData("family:", 1, "for example family:GNR")]
    [InlineData("family:<EMR", 1, "Leave the sign out")]
    [InlineData("state:broken", 1, "Use failed, atrisk, notinitialized, notdx, ready or silent")]
    [InlineData("a b  version:1.x", 6, "'1.x' is no version")]
    [InlineData("version:1.2.3.4", 1, "is no version")]
    [InlineData("version:<1.5,2.0", 1, "takes one version")]
    [InlineData("memory:12", 1, "512GiB")]
    [InlineData("pamt:>x%", 1, "8GiB or 1%")]
    [InlineData("reserved:>-1", 1, "12 or 75%")]
    [InlineData("keys:many", 1, "is no number")]
    [InlineData("seen:1h", 1, "seen:>1h")]
    [InlineData("seen:>soon", 1, "30s, 5min")]
    [InlineData("tier:deep", 1, "files, root, module")]
    [InlineData("tag:,", 1, "between the commas")]
    [InlineData("-", 1, "nothing after the minus sign")]
    [InlineData("host:\"rack 1", 1, "quotation mark is not closed")]
    public void Parse_MalformedToken_PointsAtItAndTheOthersApply(string text, int column, string remedy)
    {
        SearchProblem problem = Assert.Single(FleetSearch.Parse(text + (text.Contains('"', StringComparison.Ordinal) ? "" : " host:a07")).Problems);
        Assert.Equal(column, problem.Column);
        Assert.Contains(remedy, problem.Message, StringComparison.Ordinal);

        if (!text.Contains('"', StringComparison.Ordinal) && !text.StartsWith("a b", StringComparison.Ordinal))
        {
            Assert.True(FleetSearch.Parse(text + " host:a07").Matches(Usual, Samples.Now));
            Assert.False(FleetSearch.Parse(text + " host:b01").Matches(Usual, Samples.Now));
        }
    }

    [Fact]
    public void Parse_TooLongOrTooMany_SaysSo()
    {
        Assert.Contains("500 are read", Assert.Single(FleetSearch.Parse(new string('x', 501)).Problems).Message, StringComparison.Ordinal);
        SearchProblem many = Assert.Single(FleetSearch.Parse(string.Concat(Enumerable.Repeat("a ", 200))).Problems);
        Assert.Equal((65, "a"), (many.Column, many.Token));
    }

    [Fact]
    public void Parse_AnyText_NeverThrowsAndPointsIntoTheText() => Gen.Char["abfgrsv:<>=-,%\"0123456789. \tGiB"].Array[0, 80].Sample(letters =>
    {
        string text = new(letters);
        FleetSearch search = FleetSearch.Parse(text);
        search.Matches(Usual, Samples.Now);
        search.Matches(Bare, Samples.Now);
        Assert.All(search.Problems, problem => Assert.InRange(problem.Column, 1, text.Length));
        Assert.All(search.Problems, problem => Assert.StartsWith(problem.Token.TrimEnd('…'), text[(problem.Column - 1)..], StringComparison.Ordinal));
    });

    [Fact]
    public void Matches_Negated_IsTheOpposite() =>
        Gen.OneOf("rack", "host:a", "version:<2", "reserved:>50%", "state:ready", "tag:lab", "seen:<1h", "memory:>1TiB").Sample(token =>
            Assert.NotEqual(FleetSearch.Parse(token).Matches(Usual, Samples.Now), FleetSearch.Parse("-" + token).Matches(Usual, Samples.Now)));

    [Theory]
    [InlineData("", "host:")]
    [InlineData("rack1 fa", "rack1 family:")]
    [InlineData("-st", "-state:")]
    [InlineData("family:G", "family:GNR")]
    [InlineData("x state:at", "x state:atrisk")]
    [InlineData("tag:c", "tag:canary")]
    [InlineData("group:", "group:site-b")]
    [InlineData("version:<2.0.1", "version:<2.0.14")]
    public void Hints_ForWhatWasTyped_GoOnFromIt(string typed, string hint) =>
        Assert.Contains(SearchHints.For(typed, ["EMR", "GNR"], ["site-b"], ["canary", "lab"]), known => known.Text == hint && known.About.Length > 0);

    [Fact]
    public void Fields_EachExample_IsUnderstood() => Assert.All(SearchFields.All, field => Assert.Empty(FleetSearch.Parse(field.Example).Problems));
}
