using System.Text.Json;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public sealed class WireFormatTests
{
    [Fact]
    public void Deserialize_OfAnEnvelopeInAHubsOwnOptions_HoldsValuesAbove63Bits()
    {
        ulong[] values = [ulong.MaxValue, 1UL << 63, (1UL << 53) + 1];
        var hub = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        hub.TypeInfoResolverChain.Insert(0, WireJson.Default);
        SnapshotEnvelope sent = SmallSnapshot.Envelope(long.MaxValue - 1_700_000_000_000_000, SmallSnapshot.Make(metadata: values));

        SnapshotEnvelope received = JsonSerializer.Deserialize<SnapshotEnvelope>(JsonSerializer.Serialize(sent, hub), hub)!;

        Assert.Equal((sent.Sequence, sent.TakenAtUnixMicroseconds, sent.Hash), (received.Sequence, received.TakenAtUnixMicroseconds, received.Hash));
        Assert.Null(BodyCodec.TryExpand(received.Body, out byte[] canonical));
        Assert.Equal(values, SnapshotCodec.Parse(canonical).Snapshot!.Module.Metadata.Value.Single().Values);
    }

    [Fact]
    public void Serialize_InAHubsOwnOptions_WritesEnumsAsWords()
    {
        var hub = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        hub.TypeInfoResolverChain.Insert(0, WireJson.Default);

        Assert.Equal("""{"outcome":"Stored","reason":"","retryAfterMilliseconds":0}""", JsonSerializer.Serialize(new DeliveryReply(DeliveryOutcome.Stored, ""), hub));
        Assert.Contains("\"origin\":\"Live\"", JsonSerializer.Serialize(new ProbeHello(1, "", "", Origin.Live, ""), hub), StringComparison.Ordinal);
    }
}
