using System.Text.Json;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public sealed class WireFormatTests
{
    [Fact]
    public void Serialize_InAHubsOwnOptions_WritesEnumsAsWords()
    {
        var hub = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        hub.TypeInfoResolverChain.Insert(0, WireJson.Default);

        Assert.Equal("""{"outcome":"Stored","reason":""}""", JsonSerializer.Serialize(new DeliveryReply(DeliveryOutcome.Stored, ""), hub));
        Assert.Contains("\"origin\":\"Live\"", JsonSerializer.Serialize(new ProbeHello(1, "", "", Origin.Live, ""), hub), StringComparison.Ordinal);
    }
}
