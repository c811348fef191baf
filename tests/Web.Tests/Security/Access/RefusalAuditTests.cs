using System.Net;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

public sealed class RefusalAuditTests : IAsyncLifetime
{
    private const string Action = "test.refused";

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private Dashboard _dashboard = null!;
    private RefusalAudit _refusals = null!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        _refusals = new RefusalAudit(_dashboard.Service<AuditLog>(), _time);
        await _refusals.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _refusals.Dispose();
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Add_ManyOfOneNetwork_AreTheFirstAndACount()
    {
        for (int i = 0; i < 1_000; i++)
        {
            await _refusals.AddAsync(Entry($"2001:db8::{i:x}", $"try {i}"));
        }

        Assert.Equal(["try 0"], Lines());
        await _refusals.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["try 0", "999 more within the minute; the last: try 999"], Lines());
    }

    [Fact]
    public async Task Add_FromMoreNetworksThanAreToldApart_CountsTheOthersTogether()
    {
        for (int i = 0; i < RefusalAudit.MostAddresses * 3; i++)
        {
            await _refusals.AddAsync(Entry(new IPAddress([10, 0, (byte)(i / 256), (byte)i]).ToString(), "try"));
        }

        Assert.Equal(RefusalAudit.MostAddresses + 1, Lines().Count);
    }

    [Fact]
    public async Task Add_AMinuteLater_IsNotedAgain()
    {
        await _refusals.AddAsync(Entry("10.0.0.1", "first"));
        _time.Advance(TimeSpan.FromMinutes(1));
        await _refusals.AddAsync(Entry("10.0.0.1", "second"));

        Assert.Equal(["first", "second"], Lines());
    }

    private static AuditEntry Entry(string address, string detail) => new(new Actor(Actor.Anonymous, address), Action, "", detail);

    private List<string> Lines() => [.. _dashboard.Service<AuditLog>().Read(new AuditQuery(Action, null, 10_000)).Select(line => line.Detail).Reverse()];
}
