using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>Hosts, snapshots, layout and metadata of the API.</summary>
public sealed class HostResourceTests(ApiSite site) : IClassFixture<ApiSite>
{
    [Theory]
    [InlineData("/hosts")]
    [InlineData("/hosts?sort=-memory,host")]
    [InlineData("/hosts?q=origin:demo&state=ready,atrisk,failed,notinitialized,notdx,silent")]
    public async Task Hosts_PageByPage_AreTheWholeListOnceAndInOrder(string path)
    {
        string[] whole = [.. (await site.AllAsync(path, 500)).Select(host => (string)host["id"]!)];

        Assert.Equal(ApiSite.Hosts, whole.Length);
        Assert.Equal(whole, (await site.AllAsync(path, 1)).Select(host => (string)host["id"]!));
        Assert.Equal(whole, (await site.AllAsync(path, 4)).Select(host => (string)host["id"]!));
        JsonNode first = await site.GetAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "limit=1");
        Assert.Equal(ApiSite.Hosts, (int)first["total"]!);
    }

    [Fact]
    public async Task Hosts_NextPage_IsNamedByTheHeaderLinkToo()
    {
        ApiReply reply = await site.SendAsync(HttpMethod.Get, "/hosts?sort=-memory&limit=2");

        string address = reply.Link.Split('<', '>')[1];
        Assert.EndsWith("rel=\"next\"", reply.Link, StringComparison.Ordinal);
        using HttpResponseMessage next = await site.Http.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        JsonNode second = JsonNode.Parse(await next.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        string[] all = [.. (await site.AllAsync("/hosts?sort=-memory", 500)).Select(host => (string)host["id"]!)];
        Assert.Equal(all[2..4], second["items"]!.AsArray().Select(host => (string)host!["id"]!));
    }

    [Theory]
    [InlineData("q=nonsense:1", "q", "there is no field 'nonsense'")]
    [InlineData("state=good", "state", "'state' names 'good', which is not known: use failed")]
    [InlineData("sort=colour", "sort", "'colour', which is no column")]
    [InlineData("limit=0", "limit", "'limit' is '0': use a whole number from 1 to 500.")]
    [InlineData("limit=many", "limit", "'limit' is 'many'")]
    [InlineData("at=soon", "at", "'at' is 'soon', which is no time: use the form 2026-03-01T12:00:05Z in UTC.")]
    [InlineData("at=2999-01-01", "at", "yet to come")]
    [InlineData("cursor=x!", "cursor", "'cursor' is 'x!', which no page gave")]
    [InlineData("colour=red", "colour", "'colour' is no parameter of this address: it takes q, state, sort, at, limit, cursor. Remove it.")]
    [InlineData("limit=1&limit=2", "limit", "'limit' stands 2 times")]
    public async Task Hosts_WrongParameter_IsNamedWithValueAndRemedy(string query, string name, string expected)
    {
        ApiReply reply = await site.SendAsync(HttpMethod.Get, "/hosts?" + query);

        Assert.Contains(expected, reply.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(name, (string?)reply.Json["errors"]![0]!["name"]);
        Assert.Equal("urn:tdxdash:problem:invalid-parameter", (string?)reply.Json["type"]);
    }

    [Fact]
    public async Task Host_IsThatOfTheFleet()
    {
        FleetHost known = site.Dashboard.Service<FleetProjection>().Find(ApiSite.Host(1))!;

        JsonNode detail = await site.GetAsync("/hosts/" + known.Id);

        JsonNode host = detail["host"]!;
        Assert.Equal((known.Summary.Name, "demo", true), ((string)host["name"]!, (string)host["origin"]!, (bool)host["isEmulated"]!));
        Assert.Equal(((long)known.Summary.Memory.Value.Bytes, "emulated"), ((long)host["memory"]!["value"]!, (string)host["memory"]!["provenance"]!));
        Assert.Equal(known.Entry.Hash.ToString(), (string)host["snapshot"]!);
        Assert.Equal(StateWords.InUrlOf(known.Summary.State), (string)host["state"]!);
        Assert.NotEmpty(detail["checks"]!.AsArray());
    }

    [Fact]
    public async Task Readings_OfEveryResource_SayWhereTheyComeFromOrWhyThereIsNone()
    {
        string host = "/hosts/" + ApiSite.Host(0);
        int known = 0, missing = 0;
        foreach (string path in (string[])["/hosts", host, host + "/snapshots/latest", host + "/snapshots/latest/layout", host + "/snapshots/latest/metadata"])
        {
            foreach (JsonObject reading in Objects(await site.GetAsync(path)).Where(node => node.ContainsKey("state") && node.ContainsKey("source")))
            {
                bool isKnown = (string?)reading["state"] == "known";
                Assert.True(isKnown ? reading.ContainsKey("provenance") && !reading.ContainsKey("reason") : reading.ContainsKey("reason") && !reading.ContainsKey("value"), reading.ToJsonString());
                (known, missing) = isKnown ? (known + 1, missing) : (known, missing + 1);
            }
        }

        Assert.True(known > 100 && missing > 0, $"{known} known, {missing} missing");
    }

    [Fact]
    public async Task Snapshots_AreListedNamedByHashAndHaveTheirBytes()
    {
        string path = $"/hosts/{ApiSite.Host(0)}/snapshots";
        List<JsonNode> all = await site.AllAsync(path, 2);
        Assert.Equal((await site.AllAsync(path, 500)).Select(item => (long)item["revision"]!), all.Select(item => (long)item["revision"]!));
        string hash = (string)all[^1]["hash"]!;

        ApiReply bytes = await site.SendAsync(HttpMethod.Get, $"{path}/{hash}/canonical");

        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(bytes.Body)));
        Assert.NotNull(SnapshotCodec.Parse(bytes.Body).Snapshot);
        Assert.Equal(hash, (string)(await site.GetAsync($"{path}/{hash}"))["snapshot"]!["hash"]!);
        Assert.Equal((string)all[0]["hash"]!, (string)(await site.GetAsync($"{path}/latest"))["snapshot"]!["hash"]!);
    }

    [Fact]
    public async Task Get_WithTheTagOfTheAnswer_SendsNoBody()
    {
        foreach (string path in (string[])["/snapshots", "/snapshots/latest", "/snapshots/latest/canonical", "/snapshots/latest/layout", "/snapshots/latest/metadata", "/changes", "/labels"])
        {
            ApiReply first = await site.SendAsync(HttpMethod.Get, $"/hosts/{ApiSite.Host(2)}{path}");
            ApiReply again = await site.SendAsync(HttpMethod.Get, $"/hosts/{ApiSite.Host(2)}{path}", null, null, ("If-None-Match", $"\"other\", {first.Tag}"));
            ApiReply other = await site.SendAsync(HttpMethod.Get, $"/hosts/{ApiSite.Host(2)}{path}", null, null, ("If-None-Match", "\"other\""));

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.OK), (first.Status, again.Status, other.Status));
            Assert.Equal((0, first.Tag, first.Text), (again.Body.Length, again.Tag, other.Text));
        }
    }

    [Fact]
    public async Task Layout_HasEveryReservedAreaWithItsReason()
    {
        Snapshot snapshot = (await site.Dashboard.Archive.LatestAsync(ApiSite.Host(0), TestContext.Current.CancellationToken))!;

        JsonNode layout = await site.GetAsync($"/hosts/{ApiSite.Host(0)}/snapshots/latest/layout");

        Tdx.Layout.TdmrLayout known = snapshot.Layout.Layout.Value;
        JsonNode computed = layout["computed"]!["value"]!;
        Assert.Equal((long)known.PamtKiB * 1_024, (long)computed["pamtBytes"]!);
        Assert.Equal(known.Tdmrs.Select(tdmr => (tdmr.Range.Start.ToString(), (long)tdmr.Range.Size.Bytes)), computed["tdmrs"]!.AsArray().Select(tdmr => ((string)tdmr!["start"]!, (long)tdmr["bytes"]!)));
        JsonNode[] areas = [.. computed["tdmrs"]!.AsArray().SelectMany(tdmr => tdmr!["reserved"]!.AsArray()).Select(area => area!)];
        Assert.Equal(known.Tdmrs.Sum(tdmr => tdmr.Reserved.Count), areas.Length);
        Assert.All(areas, area => Assert.NotEmpty((string)area["reason"]!));
        Assert.Equal((long)known.PamtKiB * 1_024 == (long?)layout["reported"]!["pamt"]!["value"], (bool?)layout["reported"]!["isPamtAsComputed"] ?? false);
    }

    [Fact]
    public async Task Metadata_HasRawAndDecodedValues()
    {
        JsonNode metadata = await site.GetAsync($"/hosts/{ApiSite.Host(0)}/snapshots/latest/metadata?q=MAX_TDMRS&show=offered");

        JsonNode field = Assert.Single(metadata["fields"]!.AsArray(), one => (string)one!["name"]! == "MAX_TDMRS")!;
        Assert.Equal(("0x40", "64", "emulated", "offered"), ((string)field["raw"]![0]!, (string)field["decoded"]![0]!, (string)field["provenance"]!, (string)field["state"]!));
    }

    [Theory]
    [InlineData("/hosts/nobody", "No host with the identity 'nobody'")]
    [InlineData("/hosts/nobody/snapshots/latest/layout", "No host with the identity 'nobody'")]
    [InlineData("/hosts/{0}/snapshots/newest", "'newest' names no snapshot: use 'latest'")]
    [InlineData("/hosts/{0}/snapshots/0000000000000000000000000000000000000000000000000000000000000000", "has no snapshot with the hash")]
    [InlineData("/hosts/{0}/snapshots/latest?at=2001-01-01", "had not reported yet")]
    [InlineData("/annotations/77", "There is no annotation '77'")]
    [InlineData("/annotations/x", "There is no annotation 'x'")]
    [InlineData("/nothing", "There is no resource /api/v1/nothing")]
    public async Task Get_OfWhatIsNotThere_SaysSo(string path, string expected) => Assert.Contains(
        expected, (await site.SendAsync(HttpMethod.Get, path.Replace("{0}", ApiSite.Host(0), StringComparison.Ordinal))).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(member => Objects(member.Value)).Prepend(found),
        JsonArray array => array.SelectMany(Objects),
        _ => [],
    };
}
