using Bunit;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Tests.Components;

public sealed class ChangeTableTests : BunitContext
{
    private static readonly HistoryCursor Next = new(1_700_000_000_000_000, 7);

    [Theory]
    [InlineData(false, ChangeKinds.None, "None of the latest changes in this time is of a host that you may see.", "older")]
    [InlineData(false, ChangeKinds.Boot, "None of the latest changes in this time that match the filter is of a host", "older")]
    [InlineData(true, ChangeKinds.None, "None of the next changes in this time is of a host", "latest older")]
    public void Render_NoneAmongThoseReadAndMoreToRead_SaysSoAndLeadsOn(bool isLater, ChangeKinds kinds, string expected, string links)
    {
        IRenderedComponent<ChangeTable> table = Open(new HistoryState { Kinds = kinds, Page = isLater ? new HistoryCursor(Next.ReceivedAt + 1, 9) : null }, Next);

        Assert.Contains(expected, table.Find("section > p").TextContent, StringComparison.Ordinal);
        Assert.Equal(links.Split(' '), table.FindAll(".pages a").Select(link => link.TextContent));
        Assert.Contains("page=", table.FindAll(".pages a")[^1].GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NoneAndNothingMoreToRead_OffersAllTimes()
    {
        IRenderedComponent<ChangeTable> table = Open(new HistoryState(), null);

        Assert.Contains("No change in this time. Show all times", table.Find("section > p").TextContent, StringComparison.Ordinal);
        Assert.Empty(table.FindAll(".pages"));
    }

    private IRenderedComponent<ChangeTable> Open(HistoryState state, HistoryCursor? next) => Render<ChangeTable>(parameters => parameters
        .Add(table => table.State, state).Add(table => table.Path, "/history").Add(table => table.Page, new HistoryPage([], next)).Add(table => table.Clock, ZoneClock.Utc));
}
