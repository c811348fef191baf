using System.Globalization;
using System.Net;
using System.Text.Json;
using CsvHelper;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api;

/// <summary>The files of the planner over the fleet, from a running dashboard.</summary>
public sealed class PlannerFleetExportTests
{
    private const string HostB = "bbbbbbbb-0000-0000-0000-000000000002";

    [Fact]
    public async Task Csv_OfTheFleet_HasEachHostsFiguresAndTheReasonOfAGap()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);

        Dictionary<string, IDictionary<string, object>> rows = (await CsvAsync(dashboard, "/planner/fleet.csv?price=4")).ToDictionary(row => (string)row["host_id"]);

        PlanResult own = Planner.Calculate(PlanMachine.From(TestSnapshots.WorkingHost()).Value);
        IDictionary<string, object> known = rows[Dashboard.HostA], gap = rows[HostB];
        Assert.Equal(PlannerFields, known.Keys);
        Assert.Equal(("true", "computed", ""), (known["initialises"], known["provenance"], known["gap"]));
        Assert.Equal(own.Machine.Memory.Bytes, ulong.Parse((string)known["memory_bytes"], CultureInfo.InvariantCulture));
        Assert.Equal(own.Layout.PamtKiB * 1_024, ulong.Parse((string)known["pamt_bytes"], CultureInfo.InvariantCulture));
        Assert.Equal(own.Pamt.Value.PaidPercent, double.Parse((string)known["pamt_percent"], CultureInfo.InvariantCulture), 6);
        Assert.Equal(own.Layout.PamtKiB / 1_048_576.0 * 4, double.Parse((string)known["pamt_cost"], CultureInfo.InvariantCulture), 2);
        Assert.Equal(("", "", "The test has none."), (gap["initialises"], gap["memory_bytes"], gap["gap"]));
    }

    [Fact]
    public async Task Json_WithAWhatIf_HasTypedValuesThatAreHypothetical()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);

        using JsonDocument json = JsonDocument.Parse(await OkAsync(dashboard, "/planner/fleet.json?q=host:host-a&module=tdx-1.5.16-srf&dpamt=on&use=50"));

        JsonElement row = Assert.Single(json.RootElement.GetProperty("hosts").EnumerateArray());
        Assert.Equal((Dashboard.HostA, "hypothetical", true), (row.GetProperty("host_id").GetString(), row.GetProperty("provenance").GetString(), row.GetProperty("initialises").GetBoolean()));
        // The module does not offer Dynamic PAMT: the host stays with the static one.
        Assert.Equal(row.GetProperty("static_pamt_bytes").GetUInt64(), row.GetProperty("pamt_bytes").GetUInt64());
        Assert.True(row.GetProperty("static_pamt_bytes").GetUInt64() > row.GetProperty("dynamic_pamt_bytes").GetUInt64());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("pamt_cost").ValueKind);
        JsonElement total = json.RootElement.GetProperty("total"), group = Assert.Single(json.RootElement.GetProperty("groups").EnumerateArray());
        Assert.Equal((1, row.GetProperty("pamt_bytes").GetUInt64(), row.GetProperty("keyids").GetInt64()), (total.GetProperty("hosts").GetInt32(), total.GetProperty("pamt_bytes").GetUInt64(), total.GetProperty("keyids").GetInt64()));
        Assert.Equal(("no group", total.GetProperty("static_pamt_bytes").GetUInt64()), (group.GetProperty("key").GetString(), group.GetProperty("static_pamt_bytes").GetUInt64()));
        Assert.Equal(PlannerFields, row.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Csv_WithAPurchase_HasARowOfItsOwnWithTheFiguresOfOne()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithTwoHostsAsync(folder);

        List<IDictionary<string, object>> rows = await CsvAsync(dashboard, "/planner/fleet.csv?q=host:host-a&buy=20&like=2+sockets+x+1+TiB,+hole+2G-4G");

        Assert.Equal(["host-a", "20 to buy"], rows.Select(row => row["host"]));
        Assert.Equal(["0", "20"], rows.Select(row => row["to_buy"]));
        Assert.Equal(("", "2199023255552", "hypothetical"), (rows[1]["host_id"], rows[1]["memory_bytes"], rows[1]["provenance"]));
    }

    [Fact]
    public async Task Files_AtATime_AreThoseOfTheFleetOfThen()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, time);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, Demo("rack1-a07")));
        time.Advance(TimeSpan.FromMinutes(2));
        string then = Uri.EscapeDataString(UrlTime.Write(time.GetUtcNow()));
        time.Advance(TimeSpan.FromMinutes(2));
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(HostB, "host-b"), SmallSnapshot.Envelope(1, Demo("rack1-a08")));

        Assert.Equal([Dashboard.HostA], (await CsvAsync(dashboard, $"/planner/fleet.csv?at={then}")).Select(row => row["host_id"]));
        Assert.Equal(2, (await CsvAsync(dashboard, "/planner/fleet.csv")).Count);
        using JsonDocument json = JsonDocument.Parse(await OkAsync(dashboard, $"/planner/fleet.json?at={then}&dpamt=on"));
        Assert.Equal(1, json.RootElement.GetProperty("hosts").GetArrayLength());
    }

    [Theory]
    [InlineData("at=soon", "which is no time")]
    [InlineData("at=9000-01-01T00:00:00Z", "yet to come")]
    [InlineData("q=nofield:1", "there is no field 'nofield'")]
    [InlineData("price=-1", "'price' in the address is '-1'")]
    [InlineData("use=101", "use a number from 0 to 100")]
    [InlineData("module=best", "tdx-2.0.08-gnr")]
    [InlineData("dpamt=maybe", "use as-is, on, off")]
    [InlineData("buy=20&like=2+rockets", "The plan of the hosts to buy, column 1: ")]
    [InlineData("by=colour", "use group, module, family")]
    public async Task Files_OfAnAddressThatIsNotUnderstood_AreRefused(string query, string named)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using HttpClient http = await dashboard.ClientAsync();
        foreach (string file in (string[])["/planner/fleet.csv", "/planner/fleet.json"])
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(dashboard.Address, $"{file}?{query}"), TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            using JsonDocument problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Contains(named, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    private static string[] PlannerFields => [.. PlannerFleetField.All.Select(part => part.Name)];

    private static async Task<Dashboard> WithTwoHostsAsync(TempFolder folder)
    {
        Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: snapshot => SmallSnapshot.Summarise(snapshot) with { Name = snapshot.Host.Name.Value });
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, Demo("host-a")));
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(HostB, "host-b"), SmallSnapshot.Envelope(1, SmallSnapshot.Make(name: "host-b")));
        return dashboard;
    }

    // Probes of these tests speak for demo hosts.
    private static Snapshot Demo(string name) => TestSnapshots.WorkingHost(name) with { Origin = Origin.Demo };

    private static async Task<string> OkAsync(Dashboard dashboard, string path)
    {
        using HttpClient http = await dashboard.ClientAsync();
        using HttpResponseMessage answer = await http.GetAsync(new Uri(dashboard.Address, path), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.StartsWith("tdxdash-fleet-plan-", answer.Content.Headers.ContentDisposition.FileName, StringComparison.Ordinal);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<IDictionary<string, object>>> CsvAsync(Dashboard dashboard, string path)
    {
        using var csv = new CsvReader(new StringReader(await OkAsync(dashboard, path)), CultureInfo.InvariantCulture);
        return [.. csv.GetRecords<dynamic>().Cast<IDictionary<string, object>>()];
    }
}
