using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Reinit;

/// <summary>How the clock of a host is told from the delay of what it delivers.</summary>
public sealed class ReinitViewTests : IAsyncDisposable
{
    private const string Host = Samples.HostId;
    private static readonly DateTimeOffset Start = HistoryStore.Start;
    private readonly HistoryStore _store = new();
    private readonly ReinitView _view;
    private long _sequence;

    public ReinitViewTests() => _view = new ReinitView(new EventReader(_store.Engine, NullLogger<EventReader>.Instance), NullLogger<ReinitView>.Instance);

    private HostReinit Known => _view.Find(Host)!;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    // The boot was seen as it happened; then the network was cut, and 23 h later an update of that time is delivered.
    [Fact]
    public void ByDashboard_UpdateDeliveredAfterAPartition_IsAsOldAsItIs()
    {
        See(Start.AddSeconds(1), Updates.Sweep(Start, Updates.Old));
        DateTimeOffset back = Start.AddHours(24);

        See(back, [.. Updates.Whole(Start.AddHours(1)).Skip(1)]);

        Assert.Equal(TimeSpan.FromSeconds(1), Known.Behind);
        Assert.Equal(BoardPhase.Waiting, PhaseSince(back.AddHours(-1)));
        Assert.Equal(BoardPhase.Done, PhaseSince(Start));
    }

    [Fact]
    public void ByDashboard_HostWhoseClockIsADayBehind_CountsAsNow()
    {
        DateTimeOffset now = Start.AddDays(1);

        See(now, [.. Updates.Whole(Start)]);

        Assert.Equal(BoardPhase.Done, PhaseSince(now.AddHours(-1)));
    }

    [Fact]
    public void HostNow_StageThatWaitedInAJournal_IsMeasuredFromItsBeginning()
    {
        See(Start, Updates.Sweep(Start, Updates.Old));

        See(Start.AddHours(2), [.. Updates.ToTheKernel(Start.AddHours(1)).Skip(1)]);

        Assert.Equal(TimeSpan.FromMinutes(90), Known.HostNow(Start.AddHours(2.5)) - Start.AddHours(1));
    }

    [Fact]
    public void Behind_HostClockSetBack_BeginsAnew()
    {
        See(Start, Updates.Sweep(Start.AddHours(10), Updates.Old));
        Assert.Equal(TimeSpan.FromHours(-10), Known.Behind);

        See(Start.AddMinutes(1), Updates.Sweep(Start.AddMinutes(1), Updates.Old));

        Assert.Equal(TimeSpan.Zero, Known.Behind);
    }

    [Fact]
    public void Behind_LinesOfTheKernelLogThatAreReadLater_ChangeNothing()
    {
        See(Start.AddDays(3), Updates.Sweep(Start.AddDays(3), Updates.Old), Updates.Line(Start, "virt/tdx: TDX-Module initialized"));

        Assert.Equal(TimeSpan.Zero, Known.Behind);
    }

    [Fact]
    public void Behind_OvertakenObservation_OnlyLessensIt()
    {
        See(Start.AddSeconds(5), Updates.Sweep(Start, Updates.Old));
        long late = _sequence + 1;
        _sequence += 1;
        See(Start.AddSeconds(20), Updates.Node(Start.AddSeconds(10), "idle"));

        Apply(late, Start.AddSeconds(21), Updates.Node(Start.AddSeconds(8), "idle"));

        Assert.Equal(TimeSpan.FromSeconds(5), Known.Behind);
    }

    private BoardPhase PhaseSince(DateTimeOffset since) =>
        Board.Of(new FleetHost(Samples.Entry(), new HostFigures(Samples.Entry().Summary), HostLabels.None), Known, since).Phase;

    private void See(DateTimeOffset received, params ReinitObservation[] seen)
    {
        Apply(_sequence + 1, received, seen);
        _sequence += seen.Length;
    }

    private void Apply(long first, DateTimeOffset received, params ReinitObservation[] seen) =>
        _view.Apply(Host, FakeReinits.Boot, [.. seen.Select((observation, i) => new NewEvent(first + i, first + i, observation))], received);
}
