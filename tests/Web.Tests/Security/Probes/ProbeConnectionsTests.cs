using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Security.Probes;

public sealed class ProbeConnectionsTests
{
    [Fact]
    public async Task Add_OfAKeyThatEndedWhileItConnected_IsCut()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        ECDsa key = await dashboard.Keys.OfHostAsync(Dashboard.HostA);
        ProbeRow row = dashboard.Service<ProbeReader>().Find(ProbeKeys.IdOf(key.ExportSubjectPublicKeyInfo()))!;
        ProbePrincipal probe = ProbePrincipal.Of(row);
        ProbeConnections connections = dashboard.Service<ProbeConnections>();
        var before = new Connection("before");
        connections.Add(probe, before);
        Assert.False(before.IsCut);

        Assert.Null(await dashboard.Service<ProbeRegistry>().RevokeProbeAsync(row.Id, Actor.System));
        var late = new Connection("late");
        connections.Add(probe, late);

        Assert.Equal((true, true), (before.IsCut, late.IsCut));
    }

    private sealed class Connection(string id) : HubCallerContext
    {
        public bool IsCut { get; private set; }

        public override string ConnectionId => id;

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort() => IsCut = true;
    }
}
