using CsCheck;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Tests.Platform;

public sealed class RegisterTests
{
    [Theory]
    [InlineData(0x20_0000_001FUL, 31, 32, 32, 64, 31, "31 for TME-MT, 32 for TDX [32, 64), 31 of them for guests")]
    [InlineData(0x40_0000_003FUL, 63, 64, 64, 128, 63, "63 for TME-MT, 64 for TDX [64, 128), 63 of them for guests")]
    [InlineData(0x1_0000_0000UL, 0, 1, 1, 2, 0, "0 for TME-MT, 1 for TDX [1, 2), 0 of them for guests")]
    [InlineData(0x7FUL, 127, 0, 128, 128, 0, "127 for TME-MT, none for TDX")]
    [InlineData(ulong.MaxValue, uint.MaxValue, uint.MaxValue, 0x1_0000_0000, 0x1_FFFF_FFFF, uint.MaxValue - 1, "4294967295 for TME-MT, 4294967295 for TDX [4294967296, 8589934591), 4294967294 of them for guests")]
    public void KeyIdPartitioning_OfARegister_SplitsIt(ulong value, uint mktme, uint tdx, ulong first, ulong end, uint guests, string text)
    {
        var split = KeyIdPartitioning.Decode(value);
        Assert.Equal((mktme, tdx, first, end, guests), (split.MktmeKeyIds, split.TdxKeyIds, split.First, split.End, split.GuestKeyIds));
        Assert.Equal(text, split.ToString());
    }

    [Fact]
    public void TmeCapability_OfARegister_NamesAlgorithmsAndKeys()
    {
        var tme = TmeCapability.Decode(0x3F7_8000_0005);
        Assert.Equal(["AES-XTS 128", "AES-XTS 256"], tme.Algorithms);
        Assert.Equal((true, 7, 63), (tme.CanBypass, tme.MaxKeyIdBits, tme.MaxKeys));
        Assert.Equal("AES-XTS 128, AES-XTS 256; up to 7 KeyID bits, 63 keys; can bypass", tme.ToString());
        Assert.Equal("no algorithm; up to 0 KeyID bits, 0 keys", TmeCapability.Decode(0).ToString());
        Assert.Equal((15, 0x7FFF), (TmeCapability.Decode(ulong.MaxValue).MaxKeyIdBits, TmeCapability.Decode(ulong.MaxValue).MaxKeys));
    }

    [Fact]
    public void TmeActivate_OfARegister_SaysWhatTheBiosSet()
    {
        var tme = TmeActivate.Decode(0x0005_0016_8000_0023);
        Assert.True(tme is { IsLocked: true, IsEnabled: true, IsBypassed: true, Policy: 2, KeyIdBits: 6, TdxKeyIdBits: 1, AllowedAlgorithms: 5 });
        Assert.Equal("enabled, locked, KeyID 0 bypassed; 6 KeyID bits, 1 of them for TDX alone", tme.ToString());
        Assert.Equal("not enabled, not locked; 0 KeyID bits, 0 of them for TDX alone", TmeActivate.Decode(0).ToString());
    }

    [Theory]
    [InlineData(0x7A00_0008UL, 0xF_FFFF_FE00_0C00UL, "32 MiB at 0x7a000000, enabled, locked")]
    [InlineData(0x7800_0008UL, 0x3FFF_F800_0C00UL, "128 MiB at 0x78000000, enabled, locked")]
    [InlineData(0x7800_0008UL, 0x3FFF_F800_0800UL, "128 MiB at 0x78000000, enabled, not locked")]
    [InlineData(0x7800_0008UL, 0x3FFF_5800_0C00UL, "a mask that is no range at 0x78000000, enabled, locked")]
    [InlineData(0x7800_0008UL, 0x400UL, "a mask that is no range at 0x78000000, not enabled, locked")]
    [InlineData(0UL, 0UL, "not configured, not enabled, not locked")]
    public void Seamrr_OfTheRegisters_IsTheRange(ulong baseValue, ulong maskValue, string text) => Assert.Equal(text, Seamrr.Decode(baseValue, maskValue).ToString());

    [Fact]
    public void Decode_OfAnyRegisters_NeverThrows() => Gen.Select(Gen.ULong, Gen.ULong).Sample((a, b) =>
    {
        var seamrr = Seamrr.Decode(a, b);
        Assert.Equal(0UL, seamrr.Base.Value % (32 * ByteSize.MiB));
        Assert.True(seamrr.Size is null or { Bytes: >= 32 * ByteSize.MiB });
        Assert.True(KeyIdPartitioning.Decode(a).End >= KeyIdPartitioning.Decode(a).First);
        Assert.NotEmpty(TmeCapability.Decode(a).ToString() + TmeActivate.Decode(b) + seamrr);
    });

    [Theory]
    [InlineData("qgsd running", "qgsd", true)]
    [InlineData("pccs installed", "pccs", false)]
    [InlineData("pccs", "pccs", false)]
    [InlineData("", "", false)]
    public void AttestationService_OfItsForm_IsParsed(string text, string name, bool running)
    {
        Assert.Equal(new AttestationService(name, running), AttestationService.Parse(text));
        Assert.Equal(new AttestationService(name, running), AttestationService.Parse(AttestationService.Parse(text).ToString()));
    }

    [Fact]
    public void Leaf_OfACpuidEntry_HasTheIndexWhereItCounts()
    {
        Assert.Equal("0x7.1", new CpuidEntry(7, 1, 1, 0, 0, 0, 0).Leaf);
        Assert.Equal("0x80000008", new CpuidEntry(0x80000008, 0, 0, 0, 0, 0, 0).Leaf);
    }
}
