using System.Globalization;
using CsCheck;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class PlannerStateTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf(PlanPresets.All.Select(preset => preset.Text).ToArray()),
        Gen.String[Gen.Char["2 sockets x 1TiB,;#\n×~+&=%?äß"], 0, 200],
        // Ranges of a real map: too long as they stand, short enough when packed.
        Gen.Int[1, 150].Select(count => string.Join(", ", Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"ram 0x{i * 2L << 30:x}-0x{((i * 2L) + 1) << 30:x}@node{i % 4}")))));

    private static readonly Gen<PlannerState> States = Gen.Select(Texts.Array[1, PlannerState.MostPlans], Gen.Int[0, 3], Gen.Bool)
        .Select((texts, edited, ofHost) => new PlannerState { Plans = [.. texts], Edited = Math.Min(edited, texts.Length - 1), Host = ofHost ? SnapshotRef.Of("abc") : null });

    [Fact]
    public void Parse_WhatAStateWrote_IsTheState() => States.Sample(state =>
    {
        UrlParse<PlannerState> parse = PlannerState.Parse(UrlQuery.FromUri(state.At("/planner")));
        Assert.Empty(parse.Problems);
        Assert.Empty(state.Misfits);
        Assert.Equal(state.Plans, parse.State.Plans);
        Assert.Equal((state.Edited, state.Host), (parse.State.Edited, parse.State.Host));
    });

    [Fact]
    public void Parse_AnyText_NeverThrows() => Gen.String[Gen.Char, 0, 300].Sample(text =>
    {
        string part = Uri.EscapeDataString(string.Concat(text.EnumerateRunes()));
        Assert.InRange(PlannerState.Parse(UrlQuery.FromUri($"/planner?plan=~{part}&b={part}&edit={part}&host={part}")).State.Plans.Length, 1, PlannerState.MostPlans);
    });

    [Fact]
    public void ToQuery_OnePreset_StaysReadable() =>
        Assert.Equal("?plan=2+sockets+x+1+TiB,+hole+2G-4G", new PlannerState { Plans = ["2 sockets x 1 TiB, hole 2G-4G"] }.ToQuery().ToString());

    [Fact]
    public void ToQuery_PlanThatFitsNoAddress_LeavesItOutAndSaysSo()
    {
        string noise = string.Concat(Enumerable.Range(0, 3_000).Select(i => (i * 2_654_435_761L % 4_294_967_291L).ToString("x", CultureInfo.InvariantCulture)));
        var state = new PlannerState { Plans = ["1 socket x 8G", noise] };

        Assert.Equal([1], state.Misfits);
        Assert.Equal("?a=1+socket+x+8G&b=", state.ToQuery().ToString());
    }

    [Fact]
    public void ToQuery_PlanTooLongForAQuarterOfAnAddress_FitsOneOfItsOwn()
    {
        string text = string.Join(", ", Enumerable.Range(0, 400).Select(i => string.Create(CultureInfo.InvariantCulture, $"ram 0x{(i * 0x4000_0000L) + (i * 2_654_435_761L % 0x1fff_f000 & ~0xfffL):x}-0x{(i * 0x4000_0000L) + 0x2000_0000 + (i * 40_503_161L % 0x1fff_f000 & ~0xfffL):x}")));
        var alone = new PlannerState { Plans = [text] };

        Assert.Empty(alone.Misfits);
        Assert.Equal(alone.Plans, PlannerState.Parse(UrlQuery.FromUri(alone.At("/planner"))).State.Plans);
        Assert.Equal([0, 1, 2, 3], (alone with { Plans = [text, text, text, text] }).Misfits);
    }

    [Theory]
    [InlineData("?plan=~AAAA", "'plan' in the address holds a plan that is cut off or was changed")]
    [InlineData("?plan=~!!", "'plan' in the address holds a plan that is cut off or was changed")]
    [InlineData("?a=x&b=~", "'b' in the address holds a plan")]
    [InlineData("?edit=e", "use a, b, c, d")]
    [InlineData("?host=<b>", "'<b>' is no identity of a host")]
    public void Parse_Tampered_IsNamedAndTheRestStays(string query, string problem)
    {
        UrlParse<PlannerState> parse = PlannerState.Parse(UrlQuery.FromUri("/planner" + query));

        Assert.Contains(problem, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal(0, parse.State.Edited);
    }

    [Fact]
    public void TryRead_LinkThatUnpacksToMoreThanAPlan_IsRefused()
    {
        byte[] bomb = new byte[1 << 20], packed = new byte[4_096];
        Assert.True(System.IO.Compression.BrotliEncoder.TryCompress(bomb, packed, out int length));

        Assert.NotNull(PlanLink.TryRead("~" + System.Buffers.Text.Base64Url.EncodeToString(packed.AsSpan(0, length)), out string text));
        Assert.Equal("", text);
    }

    [Fact]
    public void FleetState_WhatItWrote_IsTheSame() =>
        (from search in Gen.String[Gen.Char["family:GNR <>=,%"], 0, 40]
         from price in Gen.Int[0, 10_000_000]
         from module in Gen.OneOf(PlanModules.All.Select(module => (string?)module.Name).Append(null).ToArray())
         from dynamic in Gen.Enum<DynamicPamtChoice>()
         from use in Gen.Int[-1, 10_000]
         from added in Gen.Int[0, PlannerFleetState.MostAdded]
         from bought in Gen.Int[0, PlannerFleetState.MostBought]
         from grouping in Gen.Enum<FleetGrouping>()
         select new PlannerFleetState { Search = search, Price = price / 10_000m, Module = module, DynamicPamt = dynamic, Use = use < 0 ? null : use / 100m, AddedGiB = added, Bought = bought, Like = "2 sockets x 1 TiB, hole 2G-4G", By = grouping }).Sample(state =>
    {
        UrlParse<PlannerFleetState> parse = PlannerFleetState.Parse(UrlQuery.FromUri(state.At("/planner/fleet")));
        Assert.Empty(parse.Problems);
        Assert.Equal(state, parse.State);
    });

    [Theory]
    [InlineData("price=-1", "'price' in the address is '-1'")]
    [InlineData("price=1e9", "'1e9'")]
    [InlineData("use=101", "use a number from 0 to 100")]
    [InlineData("module=best", "tdx-2.0.08-gnr")]
    [InlineData("dpamt=maybe", "use as-is, on, off")]
    public void FleetState_Malformed_IsNamedAndTheDefaultTaken(string query, string problem)
    {
        UrlParse<PlannerFleetState> parse = PlannerFleetState.Parse(UrlQuery.FromUri("/planner/fleet?" + query));

        Assert.Contains(problem, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Equal(new PlannerFleetState(), parse.State);
    }
}
