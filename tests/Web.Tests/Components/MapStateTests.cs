using System.Text.Json;
using CsCheck;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class MapStateTests
{
    public static TheoryData<string, string, string[]> Queries
    {
        get
        {
            var cases = new TheoryData<string, string, string[]>();
            using var file = JsonDocument.Parse(File.ReadAllText(Repository.Data("map", "map-state.json")));
            foreach (JsonElement row in file.RootElement.EnumerateArray())
            {
                cases.Add(row.GetProperty("query").GetString()!, row.GetProperty("means").GetString()!, [.. row.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)]);
            }

            return cases;
        }
    }

    public static TheoryData<long, string, string> Sizes
    {
        get
        {
            var cases = new TheoryData<long, string, string>();
            using var file = JsonDocument.Parse(File.ReadAllText(Repository.Data("map", "size-text.json")));
            foreach (JsonElement row in file.RootElement.EnumerateArray())
            {
                foreach (string unit in SizeText.Words.Keys)
                {
                    cases.Add(row.GetProperty("bytes").GetInt64(), unit, row.GetProperty(unit).GetString()!);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void Parse_SharedQuery_MeansWhatItDoesInTheBrowser(string query, string means, string[] problems)
    {
        UrlParse<MapState> parsed = MapState.Parse(UrlQuery.FromUri("/hosts/x/memory" + query));

        Assert.Equal(means, parsed.State.ToQuery().ToString());
        Assert.Equal(problems, parsed.Problems);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Of_SizeInUnit_ReadsAsInTheBrowser(long bytes, string unit, string text) =>
        Assert.Equal(text, SizeText.Of(new ByteSize((ulong)bytes), SizeText.Words[unit]));

    [Fact]
    public void Parse_AnyState_ComesBackFromItsQuery()
    {
        Gen<AddressRange> range = Gen.Select(Gen.ULong[0, PhysAddr.MaxValue - MapState.MinView], Gen.ULong[MapState.MinView, 1UL << 44])
            .Select((start, size) => new AddressRange(start, Math.Min(start + size, PhysAddr.MaxValue)));
        Gen<MapState> states = Gen.Select(
            Gen.OneOf(range.Select(view => (AddressRange?)view), Gen.Const((AddressRange?)null)), Gen.Enum<MapScale>(), Gen.Enum<MapUnit>(), Gen.Int[0, 255],
            Gen.OneOf(Gen.Select(Gen.Enum<RegionKind>(), range).Select((kind, where) => (RegionKey?)new RegionKey(kind, where)), Gen.Const((RegionKey?)null)), Gen.Int[1, MapState.MaxPage],
            (view, scale, units, hidden, selected, page) => new MapState { View = view, Scale = scale, Units = units, Hidden = new HiddenKinds(hidden >> 1), IsBelow = (hidden & 1) != 0, Selected = selected, Page = page });
        Gen<AddressTarget?> targets = Gen.Select(range, Gen.Int[0, 2]).Select((where, kind) => kind == 0 ? (AddressTarget?)null : new AddressTarget(where.Start, kind == 1 ? null : where.End));
        states = Gen.Select(states, targets).Select((state, go) => state with { Go = go });

        states.Sample(state =>
        {
            UrlParse<MapState> parsed = MapState.Parse(UrlQuery.FromUri("http://localhost/hosts/x/memory" + state.ToQuery()));
            Assert.Empty(parsed.Problems);
            Assert.Equal(state, parsed.State);
        });
    }
}
