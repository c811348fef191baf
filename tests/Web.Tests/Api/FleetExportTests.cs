using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CsvHelper;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Live;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api;

public sealed class FleetExportTests
{
    private const string HostB = "bbbbbbbb-0000-0000-0000-000000000002";

    [Fact]
    public async Task Csv_OfAView_HasItsRowsColumnsAndOrder()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);

        List<IDictionary<string, object>> rows = await CsvAsync(dashboard, "/fleet.csv?sort=-host&cols=host,memory,seen");
        Assert.Equal(["host-b 6.16.0", "host-a 6.16.0"], rows.Select(row => row["host"]));
        Assert.Equal(["host", "host_id", "origin", "emulated", "memory_bytes", "memory_provenance", "last_seen_utc"], rows[0].Keys);
        Assert.Equal(("", "true", "demo"), (rows[0]["memory_bytes"], rows[0]["emulated"], rows[0]["origin"]));
        Assert.True(DateTimeOffset.TryParse((string)rows[0]["last_seen_utc"], CultureInfo.InvariantCulture, out _));

        rows = await CsvAsync(dashboard, "/fleet.csv?q=host:host-a");
        Assert.Equal(["host-a 6.16.0"], rows.Select(row => row["host"]));

        rows = await CsvAsync(dashboard, $"/fleet.csv?rows=chosen&sel={HostB}");
        Assert.Equal([HostB], rows.Select(row => row["host_id"]));
    }

    [Theory]
    [InlineData("/fleet.csv?q=host:host-a+nonsense:1", "Column 13, nonsense:1: there is no field")]
    [InlineData("/fleet.json?q=memory:much", "memory:much")]
    [InlineData("/fleet.csv?cols=host,colour", "'colour', which is no column")]
    [InlineData("/fleet.csv?at=soon&q=nonsense:1", "which is no time")]
    public async Task Export_MalformedPart_IsRefusedAndNamed(string path, string named)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);
        using HttpClient http = await dashboard.ClientAsync();

        using HttpResponseMessage answer = await http.GetAsync(new Uri(dashboard.Address, path), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using JsonDocument problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains(named, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_TextLikeAFormula_IsQuotedAndEscaped()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: snapshot => SmallSnapshot.Summarise(snapshot) with { Name = "=cmd|' /C calc'!A0, \"x\"\n+1" });
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));

        string text = await GetAsync(dashboard, "/fleet.csv?cols=host");

        Assert.Contains("\"'=cmd|' /C calc'!A0, \"\"x\"\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfAView_HasTypedValues()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);
        Assert.Null(await dashboard.Service<LabelBook>().ChangeAsync(
            new Dictionary<string, HostLabels> { [HostB] = FleetSamples.Labels("site-b", "canary") }, Samples.By, TestContext.Current.CancellationToken));

        using JsonDocument json = JsonDocument.Parse(await GetAsync(dashboard, "/fleet.json?q=tag:canary&cols=host,group,tags,memory"));

        JsonElement row = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal((HostB, "site-b", "canary"), (row.GetProperty("host_id").GetString(), row.GetProperty("group").GetString(), row.GetProperty("tags").GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.True), (row.GetProperty("memory_bytes").ValueKind, row.GetProperty("emulated").ValueKind));
    }

    [Fact]
    public async Task Labels_AfterARestart_AreThere()
    {
        using var folder = new TempFolder();
        await using (Dashboard dashboard = await WithTwoHostsAsync(folder))
        {
            Assert.Null(await dashboard.Service<LabelBook>().ChangeAsync(
                new Dictionary<string, HostLabels> { [HostB] = FleetSamples.Labels("site-b", "canary", "lab"), ["cccccccc-0000-0000-0000-000000000003"] = FleetSamples.Labels("x") },
                Samples.By, TestContext.Current.CancellationToken));
            Assert.Null(await dashboard.Service<LabelBook>().ChangeAsync(
                new Dictionary<string, HostLabels> { [HostB] = FleetSamples.Labels("site-b", "lab") }, Samples.By, TestContext.Current.CancellationToken));
        }

        await using Dashboard again = await Dashboard.StartAsync(folder);
        Assert.Equal(FleetSamples.Labels("site-b", "lab"), again.Service<LabelBook>().Find(HostB));
        Assert.Equal(["site-b"], again.Service<LabelBook>().InUse.Groups);
        Assert.Equal(["lab"], again.Service<LabelBook>().InUse.Tags);
        Assert.Equal("site-b", again.Service<FleetProjection>().Find(HostB)!.Labels.Group.ToString());
    }

    [Fact]
    public async Task LabelChange_OfWhatSomebodyElseChanged_ChangesNothing()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);
        LabelBook book = dashboard.Service<LabelBook>();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Dictionary<string, HostLabels> none = new() { [HostB] = HostLabels.None }, given = new() { [HostB] = FleetSamples.Labels("site-b", "lab") };

        Assert.Null(await book.ChangeAsync(given, Samples.By, cancellation, none));
        Assert.Contains("were changed meanwhile: it has group site-b, tags lab", await book.ChangeAsync(none, Samples.By, cancellation, none), StringComparison.Ordinal);

        Assert.Equal(given[HostB], book.Find(HostB));
        using DbConnection connection = dashboard.Engine.OpenReader();
        Assert.Equal(
            ("tester", "label.change", HostB, "no group, no tags -> group site-b, tags lab"),
            connection.QuerySingle<(string, string, string, string)>("SELECT actor, action, target, detail FROM audit WHERE action = 'label.change'"));
    }

    private static async Task<Dashboard> WithTwoHostsAsync(TempFolder folder)
    {
        Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(HostB, "host-b"), SmallSnapshot.Envelope(1, SmallSnapshot.Make(name: "host-b")));
        return dashboard;
    }

    private static async Task<string> GetAsync(Dashboard dashboard, string path)
    {
        using HttpClient http = await dashboard.ClientAsync();
        using HttpResponseMessage answer = await http.GetAsync(new Uri(dashboard.Address, path), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<IDictionary<string, object>>> CsvAsync(Dashboard dashboard, string path)
    {
        using var csv = new CsvReader(new StringReader(await GetAsync(dashboard, path)), CultureInfo.InvariantCulture);
        return [.. csv.GetRecords<dynamic>().Cast<IDictionary<string, object>>()];
    }
}
