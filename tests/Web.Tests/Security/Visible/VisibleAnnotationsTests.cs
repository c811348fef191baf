using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Visible;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Visible;

public sealed class VisibleAnnotationsTests
{
    private const int Others = 12_000;

    private const string FillSql = """
        WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < @most)
        INSERT INTO annotations (host, from_us, text, tags, author, created_at_us)
        SELECT CASE WHEN i < @most THEN (SELECT id FROM hosts) END, @from + i, 'note ' || i, '', 'anna', @from FROM numbers
        """;

    [Fact]
    public async Task Page_OneOfAllBehindAGreatManyOfOthers_ComesInBoundedReadsThatLeadOn()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        long from = UnixTime.ToMicroseconds(HistoryStore.Start);
        Assert.Null((await new DirectWork<int>(transaction => transaction.Connection.Execute(FillSql, new { from, most = Others }, transaction.Inner)).RunAsync(store.Writer)).Failure);
        var notes = new VisibleAnnotations((Annotations)store.Notes, new FakeViewer { Rights = Rights.None });
        var window = new TimeWindow(HistoryStore.Start, HistoryStore.Start.AddDays(1));

        AnnotationPage first = await notes.PageAsync(null, window, null, 1, TestContext.Current.CancellationToken);
        AnnotationPage second = await notes.PageAsync(null, window, first.Next, 1, TestContext.Current.CancellationToken);

        Assert.Empty(first.Items);
        Assert.InRange(first.Next!.Value.From - from, 0, Others - 1);
        Assert.Equal($"note {Others}", Assert.Single(second.Items).Text);
        Assert.Null(second.Next);
    }
}
