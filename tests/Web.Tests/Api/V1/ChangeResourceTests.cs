using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Live;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Live;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>History, events, plans, annotations, groups and tags of the API, and who may do what.</summary>
public sealed class ChangeResourceTests(ApiSite site) : IClassFixture<ApiSite>
{
    private static readonly HttpMethod Get = HttpMethod.Get, Post = HttpMethod.Post, Put = HttpMethod.Put, Delete = HttpMethod.Delete;

    [Fact]
    public async Task Changes_PageByPage_AreAllOfThem()
    {
        long[] all = [.. (await site.AllAsync("/changes", 500)).Select(item => (long)item["snapshot"]!["revision"]!)];

        Assert.Equal(all.OrderDescending(), all);
        Assert.Equal(all, (await site.AllAsync("/changes", 7)).Select(item => (long)item["snapshot"]!["revision"]!));
        Assert.Equal(all.Length, (await Task.WhenAll(Enumerable.Range(0, ApiSite.Hosts).Select(host => site.AllAsync($"/hosts/{ApiSite.Host(host)}/changes", 100)))).Sum(items => items.Count));
    }

    [Fact]
    public async Task Diff_OfTwoHosts_MarksWhatIsExpected()
    {
        JsonNode diff = await site.GetAsync($"/diff?from={ApiSite.Host(0)}&to={ApiSite.Host(1)}");

        JsonNode name = Assert.Single(diff["entries"]!.AsArray(), entry => (string)entry!["path"]! == "host.name")!;
        Assert.Equal(("changed", "name"), ((string)name["sign"]!, (string)name["expected"]!));
        Assert.Empty((await site.GetAsync($"/diff?from={ApiSite.Host(0)}&to={ApiSite.Host(0)}"))["entries"]!.AsArray());
        Assert.Contains("'to' is absent", (await site.SendAsync(Get, $"/diff?from={ApiSite.Host(0)}")).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("is no identity", (await site.SendAsync(Get, $"/diff?from={ApiSite.Host(0)}&to=a+b")).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_ResumedFromEachRevision_HaveNoGapAndNoDuplicate()
    {
        long[] all = [.. (await site.GetAsync("/events?limit=500"))["items"]!.AsArray().Select(item => (long)item!["revision"]!)];
        var seen = new List<long>();
        JsonNode page;
        long after = 0;
        do
        {
            page = await site.GetAsync($"/events?limit=3&after={after}");
            seen.AddRange(page["items"]!.AsArray().Select(item => (long)item!["revision"]!));
            after = (long)page["next"]!;
        }
        while ((bool)page["hasMore"]!);

        Assert.True(all.Length > 10);
        Assert.Equal(all, seen);
        Assert.Empty((await site.GetAsync($"/events?after={after}"))["items"]!.AsArray());
        Assert.All((await site.GetAsync($"/events?host={ApiSite.Host(1)}"))["items"]!.AsArray(), item => Assert.Equal(ApiSite.Host(1), (string)item!["hostId"]!));
        Assert.Contains("is not one of 0 to", (await site.SendAsync(Get, $"/events?after={after + 1}")).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventStream_FromAnId_GivesTheRestWithTheirIds()
    {
        long[] all = [.. (await site.GetAsync("/events?limit=500"))["items"]!.AsArray().Select(item => (long)item!["revision"]!)];
        using var request = new HttpRequestMessage(Get, "/api/v1/events/stream");
        request.Headers.Add("Last-Event-ID", "4");
        using HttpResponseMessage answer = await site.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var ids = new List<long>();
        while (ids.Count < all.Length - 3 && await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                ids.Add(long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        Assert.Equal([4, .. all[4..]], ids);
    }

    [Fact]
    public async Task Plan_OfATextAndOfAHost_IsComputed()
    {
        ApiReply text = await site.SendAsync(Post, "/plans", new { text = "2 sockets x 1 TiB, hole 2G-4G" });
        ApiReply host = await site.SendAsync(Post, "/plans", new { host = ApiSite.Host(0), withHeadroom = false });

        Assert.Equal(HttpStatusCode.OK, text.Status);
        Assert.Equal((true, "hypothetical", "known"), ((bool)text.Json["verdict"]!["initializes"]!, (string)text.Json["provenance"]!, (string)text.Json["headroom"]!["memoryGiB"]!["state"]!));
        Assert.Equal((long)text.Json["pamt"]!["value"]!["paidBytes"]!, (long)text.Json["layout"]!["pamtBytes"]!);
        Assert.Equal(("emulated", null), ((string)host.Json["provenance"]!, host.Json["headroom"]));
    }

    [Theory]
    [InlineData("""{"text": "2 sockets x 1 XB"}""", "column 13")]
    [InlineData("""{"text": "2 sockets x 1 TiB, tds 1000000 x 32 TiB"}""", "more than 8 PiB")]
    [InlineData("""{"host": "nobody"}""", "No host with the identity")]
    [InlineData("""{}""", "not exactly one of 'text' and 'host'")]
    [InlineData("""{"text": "a", "colour": 1}""", "$.colour")]
    [InlineData("""{"text": 1}""", "$.text")]
    [InlineData("""{"text": """, "The body is wrong at $")]
    [InlineData("null", "null")]
    public async Task Plan_WrongBody_IsNamed(string body, string expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        ApiReply reply = await site.SendAsync(Post, "/plans", content);

        Assert.Contains(expected, reply.Problem(body.Contains("host", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Annotation_IsWrittenChangedAndDeleted_OnlyWhereItIsAsKnown()
    {
        var note = new { hostId = ApiSite.Host(3), from = "2026-03-01T12:00:00Z", text = "BIOS updated", tags = (string[])["bios"] };
        ApiReply added = await site.SendAsync(Post, "/annotations", note, "anna operator:*");
        Assert.Equal((HttpStatusCode.Created, "anna"), (added.Status, (string)added.Json["author"]!));
        string path = added.Location["/api/v1".Length..];
        ApiReply got = await site.SendAsync(Get, path);
        Assert.Equal((added.Text, added.Tag), (got.Text, got.Tag));

        ApiReply edited = await site.SendAsync(Put, path, new { from = "2026-03-01T12:00:00Z", to = "2026-03-01T14:00:00+01:00", text = "twice" }, "bob operator:*", ("If-Match", got.Tag));
        Assert.Equal((HttpStatusCode.OK, "twice", "2026-03-01T13:00:00Z", "anna"), (edited.Status, (string)edited.Json["text"]!, (string)edited.Json["to"]!, (string)edited.Json["author"]!));
        Assert.Contains("changed meanwhile", (await site.SendAsync(Delete, path, null, null, ("If-Match", got.Tag))).Problem(HttpStatusCode.PreconditionFailed), StringComparison.Ordinal);
        Assert.Contains((await site.GetAsync($"/annotations?host={ApiSite.Host(3)}"))["items"]!.AsArray(), item => (string)item!["text"]! == "twice");

        Assert.Equal(HttpStatusCode.NoContent, (await site.SendAsync(Delete, path, null, "bob operator:*", ("If-Match", edited.Tag))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.SendAsync(Get, path)).Status);
        Assert.Equal(
            [("anna", "annotation.add"), ("bob", "annotation.edit"), ("bob", "annotation.delete")],
            await AuditAsync(ApiSite.Host(3)));
    }

    [Fact]
    public async Task Annotations_PageByPage_AreAllThatTheCallerSees()
    {
        string host = ApiSite.Host(2);
        for (int i = 0; i < 7; i++)
        {
            // Of one moment, so that the number tells them apart; those between are of a host that not everybody sees.
            await site.SendAsync(Post, "/annotations", new { hostId = i % 2 == 0 ? host : ApiSite.Host(1), from = "2025-03-01T12:00:00Z", text = $"note {i}" });
        }

        Assert.Null(await site.Dashboard.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [host] = FleetSamples.Labels("site-d") }, Samples.By, TestContext.Current.CancellationToken));
        const string window = "/annotations?from=2025-03-01T00:00Z&to=2025-03-02T00:00Z";

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"note {i}"), (await site.AllAsync(window, 2)).Select(item => (string)item["text"]!));
        JsonNode first = await site.GetAsync($"{window}&limit=3", "dora viewer:site-d");
        Assert.Equal(["note 0", "note 2", "note 4"], first["items"]!.AsArray().Select(item => (string)item!["text"]!));
        JsonNode last = await site.GetAsync($"{window}&limit=3&cursor={first["next"]}", "dora viewer:site-d");
        Assert.Equal(("note 6", null), ((string)Assert.Single(last["items"]!.AsArray())!["text"]!, last["next"]));
        Assert.Contains("which no page gave", (await site.SendAsync(Get, $"{window}&cursor=x")).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"from": "2026-03-01T12:00:00Z", "text": "  "}""", "has no text")]
    [InlineData("""{"from": "2026-03-01T12:00:00Z", "text": "x", "tags": ["two words"]}""", "is not 1 to 32 letters")]
    [InlineData("""{"from": "yesterday", "text": "x"}""", "$.from")]
    [InlineData("""{"text": "x"}""", "a member that must be there is absent")]
    [InlineData("""{"from": "1969-01-01T00:00:00Z", "text": "x"}""", "1970")]
    [InlineData("""{"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T11:00:00Z", "text": "x"}""", "end is not after the start")]
    public async Task Annotation_Wrong_IsRefusedWithTheReason(string body, string expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Contains(expected, (await site.SendAsync(Post, "/annotations", content)).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_AreSetWhereTheyAreAsKnown_AndListed()
    {
        string path = $"/hosts/{ApiSite.Host(4)}/labels";
        ApiReply before = await site.SendAsync(Get, path);

        ApiReply set = await site.SendAsync(Put, path, new { group = "Rack-A", tags = (string[])["canary", "a"] }, "carl operator:*", ("If-Match", before.Tag));

        Assert.Equal((HttpStatusCode.OK, """{"group":"rack-a","tags":["a","canary"]}"""), (set.Status, set.Text));
        Assert.Contains("changed meanwhile", (await site.SendAsync(Put, path, new { tags = (string[])[] }, null, ("If-Match", before.Tag))).Problem(HttpStatusCode.PreconditionFailed), StringComparison.Ordinal);
        Assert.Contains((await site.GetAsync("/groups"))["items"]!.AsArray(), item => (string)item!["name"]! == "rack-a" && (int)item["hosts"]! == 1);
        Assert.Contains((await site.GetAsync("/tags"))["items"]!.AsArray(), item => (string)item!["name"]! == "canary");
        Assert.Equal("rack-a", (string)(await site.GetAsync("/hosts?q=group:rack-a"))["items"]![0]!["group"]!);
        Assert.Equal([("carl", "label.change")], await AuditAsync(ApiSite.Host(4)));
        Assert.Contains("at $.tags[1] is no name", (await site.SendAsync(Put, path, new { tags = (string[])["a", "b c"] })).Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_OfOneGroup_SeesAndChangesNoOther()
    {
        string own = ApiSite.Host(5), other = ApiSite.Host(1);
        Assert.Null(await site.Dashboard.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [own] = FleetSamples.Labels("site-b") }, Samples.By, TestContext.Current.CancellationToken));
        const string viewer = "vera viewer:site-b", mover = "olaf operator:site-b";

        Assert.Equal([own], (await site.GetAsync("/hosts", viewer))["items"]!.AsArray().Select(host => (string)host!["id"]!));
        Assert.All((await site.GetAsync("/changes?limit=500", viewer))["items"]!.AsArray(), item => Assert.Equal(own, (string)item!["snapshot"]!["hostId"]!));
        Assert.Empty((await site.GetAsync("/events", viewer))["items"]!.AsArray());
        Assert.Equal(["site-b"], (await site.GetAsync("/groups", viewer))["items"]!.AsArray().Select(item => (string)item!["name"]!));
        foreach (string path in (string[])["", "/snapshots", "/snapshots/latest", "/snapshots/latest/canonical", "/snapshots/latest/layout", "/snapshots/latest/metadata", "/changes", "/silences", "/labels"])
        {
            Assert.Equal(HttpStatusCode.OK, (await site.SendAsync(Get, $"/hosts/{own}{path}", caller: viewer)).Status);
            (await site.SendAsync(Get, $"/hosts/{other}{path}", caller: viewer)).Problem(HttpStatusCode.NotFound);
        }

        (await site.SendAsync(Get, $"/diff?from={own}&to={other}", caller: viewer)).Problem(HttpStatusCode.NotFound);
        (await site.SendAsync(Post, "/plans", new { host = other }, viewer)).Problem(HttpStatusCode.NotFound);
        (await site.SendAsync(Put, $"/hosts/{own}/labels", new { group = "site-b", tags = (string[])["x"] }, viewer)).Problem(HttpStatusCode.Forbidden);
        (await site.SendAsync(Put, $"/hosts/{own}/labels", new { group = "site-c", tags = (string[])[] }, mover)).Problem(HttpStatusCode.Forbidden);
        (await site.SendAsync(Post, "/annotations", new { from = "2026-03-01T00:00:00Z", text = "x" }, mover)).Problem(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, (await site.SendAsync(Put, $"/hosts/{own}/labels", new { group = "site-b", tags = (string[])["x"] }, mover)).Status);
    }

    [Fact]
    public async Task Errors_OfEveryKind_AreProblems()
    {
        (await site.SendAsync(Delete, "/hosts")).Problem(HttpStatusCode.MethodNotAllowed);
        using var form = new StringContent("text=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        (await site.SendAsync(Post, "/annotations", form)).Problem(HttpStatusCode.UnsupportedMediaType);
        using var large = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', ApiBody.MostBytes)}}"}"""));
        large.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Assert.Contains("larger than 65536 bytes", (await site.SendAsync(Post, "/annotations", large)).Problem(HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        (await site.SendAsync(Get, "/hosts", null, null, ("Origin", "http://elsewhere.example"))).Problem(HttpStatusCode.Forbidden);
        (await site.SendAsync(Get, "/nothing", null, null, ("Accept", "text/html"))).Problem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Caller_WhoAsksTooOften_IsToldWhenToComeAgain()
    {
        ApiReply[] replies = await Task.WhenAll(Enumerable.Range(0, ApiLimit.Burst * 2).Select(_ => site.SendAsync(Get, "/tags", caller: "greedy viewer:*")));

        ApiReply refused = replies.First(reply => reply.Status == HttpStatusCode.TooManyRequests);
        Assert.Contains("Retry-After", refused.Problem(HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
        Assert.True(replies.Count(reply => reply.Status == HttpStatusCode.OK) >= ApiLimit.Burst);
        Assert.Equal(HttpStatusCode.OK, (await site.SendAsync(Get, "/groups", caller: "patient viewer:*")).Status);
    }

    private async Task<(string Actor, string Action)[]> AuditAsync(string hostId)
    {
        using DbConnection connection = site.Dashboard.Engine.OpenReader();
        (string Actor, string Action, string Address)[] rows = [.. await connection.QueryAsync<(string, string, string)>("SELECT actor, action, address FROM audit WHERE target = @hostId AND actor NOT LIKE 'probe:%' ORDER BY id", new { hostId })];
        Assert.All(rows, row => Assert.Equal("127.0.0.1", row.Address));
        return [.. rows.Select(row => (row.Actor, row.Action))];
    }
}
