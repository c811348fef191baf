using TdxDash.Tdx.Readiness;
using TdxDash.Web.Components.Fleet;

namespace TdxDash.Web.Tests.Components;

public sealed class FleetStateTests
{
    public static TheoryData<FleetState> States
    {
        get
        {
            var states = new TheoryData<FleetState>();
            foreach (FleetColumn column in Enum.GetValues<FleetColumn>())
            {
                foreach (TdxState? state in Enum.GetValues<TdxState>().Cast<TdxState?>().Append(null))
                {
                    states.Add(new FleetState("", column, true, state));
                    states.Add(new FleetState("a&b=c +%?#ä", column, false, state));
                }
            }

            return states;
        }
    }

    [Theory]
    [MemberData(nameof(States), DisableDiscoveryEnumeration = true)]
    public void FromQuery_OfToQuery_IsTheSame(FleetState state) => Assert.Equal(state, FleetState.FromQuery(state.ToQuery()));

    [Fact]
    public void ToQuery_Default_IsEmpty() => Assert.Equal("", FleetState.Default.ToQuery());

    [Theory]
    [InlineData("?sort=nonsense&state=7")]
    [InlineData("?sort=-")]
    [InlineData("?sort=3")]
    public void FromQuery_UnknownWords_AreTakenAsNotSaid(string query) => Assert.Equal(FleetState.Default, FleetState.FromQuery(query));

    [Fact]
    public void FromQuery_VeryLongText_IsCut() => Assert.Equal(FleetState.MaxQueryLength, FleetState.FromQuery("?q=" + new string('x', 5_000)).Query.Length);

    [Fact]
    public void SortedBy_SameColumnTwice_TurnsRound()
    {
        FleetState once = FleetState.Default.SortedBy(FleetColumn.Memory);

        Assert.False(once.Descending);
        Assert.True(once.SortedBy(FleetColumn.Memory).Descending);
    }
}
