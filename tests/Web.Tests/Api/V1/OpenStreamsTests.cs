using TdxDash.Web.Api.V1;

namespace TdxDash.Web.Tests.Api.V1;

public sealed class OpenStreamsTests
{
    private readonly OpenStreams _streams = new();

    [Fact]
    public void TryOpen_ByTokensOfOneAccount_HasThePlacesOfOneCaller()
    {
        for (int i = 0; i < OpenStreams.MostOfCaller; i++)
        {
            Assert.True(_streams.TryOpen($"token:alice/{i}", out _));
        }

        Assert.False(_streams.TryOpen("token:alice/another", out string refusal));
        Assert.Contains($"{OpenStreams.MostOfCaller} streams open", refusal, StringComparison.Ordinal);
        Assert.True(_streams.TryOpen("token:bob/1", out _));

        _streams.Close("token:alice/3");
        Assert.True(_streams.TryOpen("token:alice/another", out _));
    }
}
