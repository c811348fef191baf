using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Hubs;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>What one node is told, the other one knows; without Redis.</summary>
public sealed class NodeTests : IAsyncLifetime
{
    private const string HostB = "bbbbbbbb-0000-0000-0000-000000000001";
    private const string Boot = "cccccccc-0000-0000-0000-000000000001";
    private const string Password = "correct horse battery";

    private TwoNodes _nodes = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Dashboard A => _nodes.A;

    private Dashboard B => _nodes.B;

    public async ValueTask InitializeAsync() => _nodes = await TwoNodes.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Deliver_ToOneNode_IsSeenByTheOtherAndMovesOnWithItsProbe()
    {
        HubConnection probe = await A.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.16.0")));
        await TwoNodes.HoldsAsync("B knows the host", () => B.Fleet.Find(Dashboard.HostA) is not null);
        Assert.Equal("host-a 6.16.0", B.Fleet.Find(Dashboard.HostA)!.Summary.Name);

        // A challenge of one node, taken by the other, as behind a proxy that spreads requests.
        ECDsa key = await A.Keys.OfHostAsync(Dashboard.HostA);
        await using HubConnection moved = new HubConnectionBuilder().WithUrl(new Uri(B.Address, ProbeContract.Path), HttpTransportType.WebSockets, http =>
        {
            http.SkipNegotiation = true;
            http.AccessTokenProvider = () => A.Keys.SignInAsync(key);
        }).AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();
        await moved.StartAsync(Stop);
        Assert.True((await Dashboard.HelloAsync(moved, new ProbeHello(ProbeContract.Version, Dashboard.HostA, "host-a", Tdx.Snapshots.Origin.Demo, "0.1.0"))).Accepted);
        Assert.Equal(DeliveryOutcome.Duplicate, (await Dashboard.DeliverAsync(moved, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.16.0")))).Outcome);
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(moved, SmallSnapshot.Envelope(2, SmallSnapshot.Make("6.17.0")))).Outcome);
        await TwoNodes.HoldsAsync("A knows the newer snapshot", () => A.Fleet.Find(Dashboard.HostA)!.Summary.Name == "host-a 6.17.0");
        using HttpClient api = await A.ClientAsync();
        Assert.Contains("6.17.0", await api.GetStringAsync($"/api/v1/hosts/{Dashboard.HostA}", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observe_AtBothNodes_ListenersOfEachGetAllInOrder()
    {
        const int batches = 20, length = 5;
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(B.Address, LiveHub.Path), http => http.AccessTokenProvider = () => B.TokenAsync()!)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolver = JsonTypeInfoResolver.Combine(WireJson.Default, new DefaultJsonTypeInfoResolver())).Build();
        await hub.StartAsync(Stop);
        HubConnection atA = await A.ConnectAsync(), atB = await B.ConnectAsync(HostB, "host-b");
        Task delivering = Task.WhenAll(DeliverAsync(atA), DeliverAsync(atB));

        var revisions = new List<long>();
        await foreach (LiveRecord record in hub.StreamAsync<LiveRecord>("Subscribe", new LiveScope { All = true }, 0L, Stop))
        {
            revisions.Add(record.Revision);
            if (revisions.Count == 2 * batches * length)
            {
                break;
            }
        }

        await delivering;
        Assert.Equal(revisions.Order().Distinct(), revisions);
        await TwoNodes.HoldsAsync("both know all of both hosts", () => new[] { A, B }.All(node => new[] { Dashboard.HostA, HostB }.All(host => node.Service<ReinitView>().Find(host)?.Sequence == batches * length)));

        static async Task DeliverAsync(HubConnection probe)
        {
            for (int i = 0; i < batches; i++)
            {
                int first = (i * length) + 1;
                var batch = new ObservationBatch(Boot, [.. Enumerable.Range(first, length).Select(number => new WireObservation(number, Updates.Step(DateTimeOffset.UnixEpoch, EmulatedStep.Install, number, batches * length)))]);
                Assert.Equal(DeliveryOutcome.Stored, (await probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch, Stop)).Outcome);
            }
        }
    }

    [Fact]
    public async Task SignIn_AtOneNode_HoldsAtTheOtherUntilItEndsAtEither()
    {
        (string? link, _) = await A.Service<LinkBook>().MakeFirstAsync();
        using var browser = new Browser(A.Address);
        using HttpResponseMessage page = await browser.GetAsync(link!);
        string token = Browser.TokenIn(await page.Content.ReadAsStringAsync(Stop));
        // The form of one node, sent to the other.
        using var other = new Browser(B.Address);
        other.Take("__Host-tdxdash-forgery", browser.Cookie("__Host-tdxdash-forgery")!);
        using HttpResponseMessage welcome = await other.PostAsync(link!, ("_handler", "welcome"), ("__RequestVerificationToken", token), ("Form.Name", "root"), ("Form.Password", Password), ("Form.Again", Password));
        string cookie = other.Cookie(SessionScheme.Cookie)!;

        browser.Take(SessionScheme.Cookie, cookie);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        SessionBook sessions = A.Service<SessionBook>();
        await sessions.EndAsync(Assert.Single(sessions.Of(A.Service<AccountBook>().All.Single().Id)).Row.Key, Actor.System, "a test");

        Assert.NotEqual(HttpStatusCode.OK, await StatusAsync(browser));
        await TwoNodes.HoldsAsync("B knows that it ended", async () => await StatusAsync(other) != HttpStatusCode.OK);

        static async Task<HttpStatusCode> StatusAsync(Browser browser)
        {
            using HttpResponseMessage answer = await browser.GetAsync("/account");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Account_DisabledAtOneNode_LosesItsTokensAtTheOther()
    {
        using HttpClient script = await B.ClientAsync();
        Account account = Assert.Single(B.Service<AccountBook>().All);
        await TwoNodes.HoldsAsync("A knows the account", () => A.Service<AccountBook>().Find(account.Id) is not null);
        await A.TokenAsync();

        Assert.Null(await A.Service<AccountBook>().ChangeAsync(account.Id, known => known with { IsDisabled = true }, "account.disable", Actor.System));

        await TwoNodes.HoldsAsync("B refuses the token", async () => (await script.GetAsync("/api/v1/hosts", Stop)).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Administrators_DemotedAtBothNodesAtOnce_OneStays()
    {
        await A.TokenAsync();
        await B.TokenAsync();
        AccountBook[] books = [A.Service<AccountBook>(), B.Service<AccountBook>()];
        await TwoNodes.HoldsAsync("both know both", () => books.All(book => book.All.Count == 2));
        long[] ids = [.. books[0].All.Select(account => account.Id)];

        string?[] problems = await Task.WhenAll(books.Zip(ids, (book, id) => book.ChangeAsync(id, known => known with { IsDisabled = true }, "account.disable", Actor.System)));

        Assert.Equal(AccountBook.LastOne, Assert.Single(problems, problem => problem is not null));
        await TwoNodes.HoldsAsync("both know who is left", () => books.All(book => book.All.Count(account => account.IsAdministrator) == 1));
    }

    [Fact]
    public async Task Labels_ChangedAtOneNode_AreThoseOfTheOther()
    {
        Assert.True(LabelText.TryParse("rack7", out LabelText group));
        EnrolmentToken token = await A.Keys.TokenAsync(new TokenWish(ProbeScope.Host, 1, TokenWish.Usual, group));
        using ECDsa key = ProbeKeys.Create();
        await A.Service<ProbeRegistry>().EnrolAsync(new EnrolmentAsk(token, ProbeScope.Host, HostB, "host-b", Tdx.Snapshots.Origin.Demo, "0.1.0", key.ExportSubjectPublicKeyInfo(), [], [], "test"));
        await TwoNodes.HoldsAsync("B knows the group of the enrolment", () => B.Service<LabelBook>().Find(HostB).Group == group);
        var told = new List<string>();
        using IDisposable listening = A.Service<LabelBook>().Subscribe(told.Add);

        Assert.Null(await B.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [HostB] = HostLabels.None with { Tags = ["canary"] } }, Actor.System, Stop));

        await TwoNodes.HoldsAsync("A knows and tells", () => A.Service<LabelBook>().Find(HostB) is { Group: null, Tags: ["canary"] } && told.Contains(HostB));
    }

    [Fact]
    public async Task Probe_RevokedAtOneNode_IsCutOffAtTheOther()
    {
        HubConnection probe = await B.ConnectAsync();
        var closed = new TaskCompletionSource();
        probe.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };
        ProbeRow row = Assert.Single(A.Service<ProbeReader>().Search("", 9, out _));

        Assert.Null(await A.Service<ProbeRegistry>().RevokeProbeAsync(row.Id, Actor.System));

        await closed.Task.WaitAsync(Dashboard.Patience, Stop);
    }

    [Fact]
    public async Task Heartbeats_ToOneNode_AreSignsOfLifeForTheOther()
    {
        HubConnection probe = await A.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await TwoNodes.HoldsAsync("B knows the host", () => B.Fleet.Find(Dashboard.HostA) is not null);
        Assert.Null(B.Fleet.Find(Dashboard.HostA)!.HeardAt);

        await TwoNodes.HoldsAsync("B knows that it is heard of, and what it dropped", async () =>
        {
            await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 1, 7));
            return B.Fleet.Find(Dashboard.HostA) is { HeardAt: not null, Dropped: 7 };
        });

        // The other one tells nobody of signs that were not its own.
        Assert.Empty(B.Fleet.TakeUnsaved().Seen);
    }

    [Fact]
    public async Task Keys_OfADataFolder_AreTakenOverAndShared()
    {
        using var folder = new TempFolder();
        using TestStore store = TestStore.MakePostgres();
        string kept;
        await using (Dashboard before = await Dashboard.StartAsync(folder))
        {
            kept = Protector(before).Protect("a secret");
        }

        // One that has none of them is the first, and makes one.
        using var other = new TempFolder();
        await using Dashboard first = await Dashboard.StartAsync(other, settings: store.Settings);
        await using Dashboard after = await Dashboard.StartAsync(folder, settings: store.Settings);
        Assert.Equal("a secret", Protector(after).Unprotect(kept));
        Assert.Equal("another", Protector(B).Unprotect(Protector(A).Protect("another")));

        static IDataProtector Protector(Dashboard dashboard) => dashboard.Service<IDataProtectionProvider>().CreateProtector("test");
    }

    [Fact]
    public async Task Jobs_OfANodeThatEnds_AreTakenByTheOther()
    {
        Assert.Equal((true, false), (TwoNodes.HasJobs(A), TwoNodes.HasJobs(B)));

        await _nodes.StopAAsync();

        await TwoNodes.HoldsAsync("B does the jobs", () => TwoNodes.HasJobs(B));
    }
}
