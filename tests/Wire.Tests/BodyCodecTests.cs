using CsCheck;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Wire.Tests;

public sealed class BodyCodecTests
{
    [Fact]
    public void Expand_OfCompressed_GivesTheSameBytes() =>
        Gen.Byte.Array[0, 5_000].Sample(bytes => BodyCodec.TryExpand(BodyCodec.Compress(bytes), out byte[] back) is null && back.AsSpan().SequenceEqual(bytes));

    [Fact]
    public void Expand_OfEveryTruncation_IsRefused()
    {
        byte[] whole = BodyCodec.Compress("a snapshot that is long enough to be cut off"u8);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.NotNull(BodyCodec.TryExpand(whole.AsSpan(0, length), out byte[] bytes));
            Assert.Empty(bytes);
        }
    }

    [Fact]
    public void Expand_OfTrailingBytes_IsRefused() =>
        Assert.NotNull(BodyCodec.TryExpand([.. BodyCodec.Compress("x"u8), 0], out _));

    [Fact]
    public void Expand_OfBomb_StopsAtTheLimit()
    {
        byte[] bomb = BodyCodec.Compress(new byte[SnapshotCodec.MaxBytes + 1]);
        Assert.True(bomb.Length < 1_000);
        Assert.Contains("expands beyond", BodyCodec.TryExpand(bomb, out byte[] bytes), StringComparison.Ordinal);
        Assert.Empty(bytes);
    }

    [Fact]
    public void Expand_OfTooManyBytes_IsRefused() =>
        Assert.Contains("at most", BodyCodec.TryExpand(new byte[ProbeContract.MaxBodyBytes + 1], out _), StringComparison.Ordinal);
}
