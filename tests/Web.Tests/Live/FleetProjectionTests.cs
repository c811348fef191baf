using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Search;
using TdxDash.Web.Tests.Components;

namespace TdxDash.Web.Tests.Live;

public sealed class FleetProjectionTests
{
    private readonly FakeFleet _fleet = new();
    private readonly FakeLabels _labels = new();
    private readonly FakeTimeProvider _time = new(Samples.Now);

    [Fact]
    public void Current_NothingChanged_IsTheSameObject()
    {
        _fleet.Report(Samples.Entry());
        using FleetProjection projection = Make();

        FleetSnapshot first = projection.Current;

        Assert.Same(first, projection.Current);
        Assert.Single(first.Hosts);
    }

    [Fact]
    public void Current_AfterChanges_TakesOnlyThoseInAndKeepsTheOrderOfNames()
    {
        _fleet.Report(Samples.Entry("1", "beta"));
        _fleet.Report(Samples.Entry("2", "alpha"));
        using FleetProjection projection = Make();
        FleetSnapshot before = projection.Current;
        int reads = _fleet.Reads;

        _fleet.Report(Samples.Entry("3", "aardvark"));
        _fleet.Report(Samples.Entry("2", "zeta"));

        Assert.Equal(["aardvark", "beta", "zeta"], projection.Current.Hosts.Select(host => host.Summary.Name));
        Assert.Equal(["alpha", "beta"], before.Hosts.Select(host => host.Summary.Name));
        Assert.Same(before.Hosts[1], projection.Current.Hosts[1]);
        Assert.Equal(reads, _fleet.Reads);
    }

    [Fact]
    public void Current_AnyChanges_IsTheFleetInOrder() => Gen.Select(Gen.Int[0, 20], Gen.Int[0, 6]).Array[1, 60].Sample(changes =>
    {
        var fleet = new FakeFleet();
        using var projection = new FleetProjection(fleet, new FakeLabels(), new FakeCatalogue(), new FakeTimeProvider(Samples.Now));
        foreach ((int id, int name) in changes)
        {
            fleet.Report(Samples.Entry($"id{id}", $"name{name}"));
            if (name == 0)
            {
                Assert.NotEmpty(projection.Current.Hosts);
            }
        }

        Assert.Equal(
            fleet.Hosts.OrderBy(entry => entry.Summary.Name, StringComparer.OrdinalIgnoreCase).ThenBy(entry => entry.HostId, StringComparer.Ordinal).Select(entry => entry.HostId),
            projection.Current.Hosts.Select(host => host.Id));
    });

    [Fact]
    public void Current_SignsOfLife_AreTakenInAfterSomeSeconds()
    {
        _fleet.Report(Samples.Entry(secondsAgo: 1));
        using FleetProjection projection = Make();
        FleetHost before = Assert.Single(projection.Current.Hosts);

        _fleet.Hear(Samples.HostId, Samples.Now.AddSeconds(4));
        Assert.Equal(before.Entry.LastSeen, projection.Current.Hosts[0].Entry.LastSeen);
        Assert.Equal(Samples.Now.AddSeconds(4), projection.Find(Samples.HostId)!.Entry.LastSeen);
        _time.Advance(FleetProjection.SignsOfLifeAfter);

        FleetHost after = projection.Current.Hosts[0];
        Assert.Equal(Samples.Now.AddSeconds(4), after.Entry.LastSeen);
        Assert.Same(before.Figures, after.Figures);
    }

    [Fact]
    public async Task Current_LabelsChanged_ShowsThem()
    {
        _fleet.Report(Samples.Entry());
        using FleetProjection projection = Make();
        Assert.Equal(HostLabels.None, projection.Current.Hosts[0].Labels);
        var heard = new List<string>();
        using IDisposable subscription = projection.Subscribe(heard.Add);

        await _labels.ChangeAsync(new Dictionary<string, HostLabels> { [Samples.HostId] = FleetSamples.Labels("site-b", "canary") }, Samples.By, TestContext.Current.CancellationToken);

        Assert.Equal("site-b", projection.Current.Hosts[0].Labels.Group.ToString());
        Assert.Equal([Samples.HostId], heard);
    }

    [Fact]
    public void Select_SearchAndStates_FiltersAndCounts()
    {
        _fleet.Report(Samples.Entry("1", "rack1-a", TdxState.Failed));
        _fleet.Report(Samples.Entry("2", "rack1-b", TdxState.Ready));
        _fleet.Report(Samples.Entry("3", "rack2-a", TdxState.Failed, secondsAgo: 900));
        using FleetProjection projection = Make();

        FleetSelection rack1 = projection.Current.Select(new FleetQuery(FleetSearch.Parse("rack1"), ["failed"], []));
        FleetSelection silent = projection.Current.Select(new FleetQuery(FleetSearch.All, [StateWords.Silent], []));

        Assert.Equal(["1"], rack1.Hosts.Select(host => host.Id));
        Assert.Equal((2, 1, 1, 0), (rack1.Searched, rack1.ByState["failed"], rack1.ByState["ready"], rack1.ByState[StateWords.Silent]));
        Assert.Equal(["3"], silent.Hosts.Select(host => host.Id));
        Assert.Same(rack1, projection.Current.Select(new FleetQuery(FleetSearch.Parse("rack1"), ["failed"], [])));
    }

    [Fact]
    public void Select_ByTwoColumns_KeepsUnknownLast()
    {
        foreach ((string id, ulong gib, int update) in new[] { ("a", 512UL, 8), ("b", 256UL, 8), ("c", 512UL, 13), ("d", 1_024UL, 8) })
        {
            HostEntry entry = Samples.Entry(id, id);
            _fleet.Report(entry with { Summary = FleetSamples.Memory(FleetSamples.Version(entry.Summary, 1, 5, update), gib) });
        }

        HostEntry unknown = Samples.Entry("e", "e");
        _fleet.Report(unknown with { Summary = unknown.Summary with { Memory = FleetSamples.Unknown<TdxDash.Tdx.Memory.ByteSize>() } });
        using FleetProjection projection = Make();

        Assert.Equal("dacbe", Sorted(projection, new FleetSort(FleetColumn.Memory, true)));
        Assert.Equal("bacde", Sorted(projection, new FleetSort(FleetColumn.Memory, false)));
        Assert.Equal("dcabe", Sorted(projection, new FleetSort(FleetColumn.Memory, true), new FleetSort(FleetColumn.Module, true)));
    }

    [Fact]
    public void Select_EveryColumn_SortsBothWays()
    {
        _fleet.Report(Samples.Entry("a", "a", TdxState.Ready, secondsAgo: 1));
        _fleet.Report(Samples.Entry("b", "b", TdxState.Failed, Origin.Demo, secondsAgo: 60));
        using FleetProjection projection = Make();

        Assert.All(Enum.GetValues<FleetColumn>(), column =>
        {
            Assert.Equal(2, Sorted(projection, new FleetSort(column, false)).Length);
            Assert.Equal(2, Sorted(projection, new FleetSort(column, true)).Length);
        });
        Assert.Equal("ba", Sorted(projection, new FleetSort(FleetColumn.State, false)));
        Assert.Equal("ab", Sorted(projection, new FleetSort(FleetColumn.Seen, false)));
        Assert.Equal("ba", Sorted(projection, new FleetSort(FleetColumn.Host, true)));
    }

    private static string Sorted(FleetProjection projection, params FleetSort[] sorts) =>
        string.Concat(projection.Current.Select(new FleetQuery(FleetSearch.All, [], sorts)).Hosts.Select(host => host.Id));

    private FleetProjection Make() => new(_fleet, _labels, new FakeCatalogue(), _time);
}
