using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Npgsql;
using TdxDash.Web.Live;
using TdxDash.Web.Nodes;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>What two nodes tell each other, where something stands in the way.</summary>
public sealed class NodeFeedTests : IAsyncLifetime
{
    private TwoNodes _nodes = null!;

    private Dashboard A => _nodes.A;

    private Dashboard B => _nodes.B;

    public async ValueTask InitializeAsync() => _nodes = await TwoNodes.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task Look_WithItsOwnWriterGone_KnowsTheOtherNodeAndWhatItStores()
    {
        using NpgsqlConnection admin = A.Service<PostgresStore>().OpenPlain();
        Assert.True(admin.QuerySingle<bool>("SELECT pg_terminate_backend(@session, 5000)", new { session = A.Service<PostgresStore>().WriterSession }));

        Assert.Equal(1, A.Service<NodeReader>().State().Nodes);
        await Dashboard.DeliverAsync(await B.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await TwoNodes.HoldsAsync("A knows the host", () => A.Fleet.Find(Dashboard.HostA) is not null);
    }

    [Fact]
    public async Task Look_WithAnAreaThatCannotBeRead_TakesInTheOthersAndSaysWhich()
    {
        HubConnection probe = await A.ConnectAsync();
        var closed = new TaskCompletionSource();
        probe.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        using NpgsqlConnection admin = A.Service<PostgresStore>().OpenPlain();
        admin.Execute("UPDATE hosts SET group_name = 'rack1'; ALTER TABLE host_tags RENAME TO elsewhere");
        await TwoNodes.HoldsAsync("A says what it cannot read", () => A.Service<NodeFeed>().Trouble?.StartsWith("labels: ", StringComparison.Ordinal) == true);

        ProbeRow row = Assert.Single(B.Service<ProbeReader>().Search("", 9, out _));
        Assert.Null(await B.Service<ProbeRegistry>().RevokeProbeAsync(row.Id, Actor.System));
        await closed.Task.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        admin.Execute("ALTER TABLE elsewhere RENAME TO host_tags");
        await TwoNodes.HoldsAsync("A reads it again", () => A.Service<NodeFeed>().Trouble is null && A.Service<LabelBook>().Find(Dashboard.HostA).Group?.ToString() == "rack1");
    }

    [Fact]
    public async Task News_OfOnesOwnAndOfDeliveries_MakeNothingReadAgainThatNeedNotBe()
    {
        await Dashboard.DeliverAsync(await A.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        (long atA, long atB) = (News(A, "labels"), News(B, "labels"));
        Assert.Null(await A.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [Dashboard.HostA] = HostLabels.None with { Tags = ["canary"] } }, Actor.System, TestContext.Current.CancellationToken));
        Assert.Equal(atA, News(A, "labels"));
        Assert.True(News(B, "labels") > atB);

        // Of another session of this node, as after one that was lost in the middle of a commit, it is read.
        using NpgsqlConnection admin = A.Service<PostgresStore>().OpenPlain();
        (long rules, long log) = (News(A, "alerts"), News(A, "alert_log"));
        admin.Execute("UPDATE alert_targets SET sent_at_us = 1, dropped = dropped + 1");
        Assert.Equal((rules, log + 1), (News(A, "alerts"), News(A, "alert_log")));
        admin.Execute("UPDATE alert_targets SET name = name");
        Assert.True(News(A, "alerts") > rules);
        Assert.Equal(log + 1, News(A, "alert_log"));
    }

    [Fact]
    public async Task Signs_OfANodeThatStoodStill_MoveNothingBack()
    {
        await Dashboard.DeliverAsync(await A.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await TwoNodes.HoldsAsync("B knows the host", () => B.Fleet.Find(Dashboard.HostA) is not null);
        long now = UnixTime.ToMicroseconds(DateTimeOffset.UtcNow.AddHours(1));
        await SaveAsync(A, now, now);
        await SaveAsync(B, now - 60_000_000, now);

        using NpgsqlConnection admin = A.Service<PostgresStore>().OpenPlain();
        Assert.Equal(A.Service<PostgresStore>().Node, admin.QuerySingle<string>("SELECT seen_by FROM hosts"));
        (string _, TimeSpan ago, long? _) = Assert.Single(B.Service<NodeReader>().SignsElsewhere(0));
        Assert.InRange(ago, TimeSpan.Zero, Dashboard.Patience);
        // Long ago is not read at all.
        Assert.Empty(B.Service<NodeReader>().SignsElsewhere(now));

        static async Task SaveAsync(Dashboard node, long at, long now)
        {
            var work = new SignsWork(new SignsOfLife([new SignOfLife(Dashboard.HostA, at)], []), now);
            Assert.Null(node.Service<StoreWriter>().TryEnqueue(work));
            Assert.True(await work.Done);
        }
    }

    [Fact]
    public async Task Challenge_OfTheFuture_IsRefused()
    {
        Assert.True(B.Service<ProbeChallenges>().IsGood(A.Service<ProbeChallenges>().Issue()));

        // Until a look sets it right again.
        await TwoNodes.HoldsAsync("B refuses a challenge of A's future", () =>
        {
            A.Service<NodeClock>().Set(A.Service<NodeClock>().Now + 30_000_000);
            return !B.Service<ProbeChallenges>().IsGood(A.Service<ProbeChallenges>().Issue());
        });
    }

    private static long News(Dashboard node, string area) => node.Service<NodeReader>().State().News[area];
}
