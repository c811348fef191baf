using System.Net;
using Microsoft.Extensions.Hosting;
using TdxDash.Web.Health;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Health;

public sealed class HealthEndpointsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_RunningDashboard_IsHealthyAndReady()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(dashboard, HealthEndpoints.HealthPath));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await AskAsync(dashboard, HealthEndpoints.ReadyPath));
    }

    [Theory]
    [InlineData("schema")]
    [InlineData("fleet")]
    [InlineData("stopping")]
    public async Task Get_PartThatIsNotReady_IsNamedByReadyzAlone(string part)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        StartSteps steps = dashboard.Service<StartSteps>();
        (steps.HasSchema, steps.HasFleet) = (part != "schema", part != "fleet");
        if (part == "stopping")
        {
            dashboard.Service<IHostApplicationLifetime>().StopApplication();
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, $"not ready: {part}\n"), await AskAsync(dashboard, HealthEndpoints.ReadyPath));
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(dashboard, HealthEndpoints.HealthPath));
    }

    [Fact]
    public async Task Get_StoreInTrouble_IsSaidByBothWithoutItsReason()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        dashboard.Service<StoreWriter>().Refuse($"The database {folder.Path} is damaged: a test says so.");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), await AskAsync(dashboard, HealthEndpoints.HealthPath));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: store\n"), await AskAsync(dashboard, HealthEndpoints.ReadyPath));
    }

    private static async Task<(HttpStatusCode Code, string Body)> AskAsync(Dashboard dashboard, string address)
    {
        using var client = new HttpClient { BaseAddress = dashboard.Address };
        using HttpResponseMessage response = await client.GetAsync(address, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
