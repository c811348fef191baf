using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Tests.SysConfig;

/// <summary>Rules that the vectors exercise thinly or not at all: those of Dynamic PAMT, short arrays, odd CMR lists.</summary>
public sealed class SysConfigModelTests
{
    private const ulong GiB = ByteSize.GiB;
    private const ulong Array = 16 * ByteSize.MiB;
    private const ulong Dynamic = SysConfigModel.DynamicPamtOption;
    private const ulong BitmapOfOneGiB = 0x8000;

    private static readonly SysConfigPlatform Platform = new()
    {
        HkidStartBit = 46,
        HkidBits = 6,
        PrivateHkidMin = 32,
        PrivateHkidMax = 63,
        Seamrr = new RawRange(0x7b00_0000, 0x200_0000),
        Cmrs = [new RawRange(GiB, GiB)],
        OffersDynamicPamt = true,
    };

    [Theory]
    [InlineData(Dynamic | 40, BitmapOfOneGiB, 0UL, 40UL)]
    [InlineData(Dynamic | 40, BitmapOfOneGiB - 0x1000, SysConfigStatus.InvalidPamt, 40UL)]
    [InlineData(40UL, BitmapOfOneGiB, SysConfigStatus.InvalidPamt, 40UL)]
    [InlineData(40UL, 128 * BitmapOfOneGiB, 0UL, 40UL)]
    [InlineData(Dynamic | 31, BitmapOfOneGiB, SysConfigStatus.OperandInvalid | 8, 0UL)]
    [InlineData((2 * Dynamic) | 40, BitmapOfOneGiB, SysConfigStatus.OperandInvalid | 8, 0UL)]
    [InlineData((3 * Dynamic) | 40, BitmapOfOneGiB, SysConfigStatus.OperandInvalid | 8, 0UL)]
    public void Call_ModuleWithDynamicPamt_TakesOptionAndSize(ulong r8, ulong size4K, ulong status, ulong hkid)
    {
        SysConfigAnswer answer = SysConfigModel.Call(Platform, Operands(r8, size4K));

        Assert.Equal(new SysConfigAnswer(status, status == 0 ? SysState.SysConfigDone : SysState.SysInitDone, hkid), answer);
    }

    [Fact]
    public void Call_ModuleWithoutDynamicPamt_RefusesTheOption()
    {
        SysConfigAnswer answer = SysConfigModel.Call(Platform with { OffersDynamicPamt = false }, Operands(Dynamic | 40, BitmapOfOneGiB));

        Assert.Equal(new SysConfigAnswer(SysConfigStatus.OperandInvalid | 8, SysState.SysInitDone, 0), answer);
    }

    // The module keeps the HKID before it looks at where the HKIDs begin.
    [Theory]
    [InlineData(48, 4, 0UL)]
    [InlineData(49, 3, SysConfigStatus.OperandInvalid | 8)]
    [InlineData(51, 1, SysConfigStatus.OperandInvalid | 8)]
    public void Call_DynamicPamt_NeedsHkidsThatBeginAtBit48OrBelow(int start, int bits, ulong status)
    {
        SysConfigPlatform platform = Platform with { HkidStartBit = start, HkidBits = bits, PrivateHkidMin = 1, PrivateHkidMax = (1U << bits) - 1 };

        SysConfigAnswer answer = SysConfigModel.Call(platform, Operands(Dynamic | 1, BitmapOfOneGiB));

        Assert.Equal((status, 1UL), (answer.Status, answer.Hkid));
        Assert.True(SysConfigModel.Call(platform, Operands(1, 128 * BitmapOfOneGiB)).IsAccepted);
    }

    [Fact]
    public void Call_RdxBeyondTheEntries_MeetsZeros()
    {
        SysConfigAnswer answer = SysConfigModel.Call(Platform, Operands(40, 128 * BitmapOfOneGiB) with { Rdx = 64 });

        Assert.Equal(new SysConfigAnswer(SysConfigStatus.NonOrderedTdmr | 1, SysState.SysInitDone, 40), answer);
    }

    public static TheoryData<bool, RawRange[]> CmrLists() => new()
    {
        { true, [new(0x4000_0000, 0x2000_0000), new(0x6000_0000, 0x2000_0000)] },
        { true, [new(0x4000_0000, 0x2000_0000), default, new(0x6000_0000, 0x2000_0000)] },
        { false, [new(0x6000_0000, 0x2000_0000), new(0x4000_0000, 0x2000_0000)] },
        { false, [new(0x4000_0000, 0x2000_0000), new(0x6000_1000, 0x1FFF_F000)] },
        { true, [new(0x4000_0000, 0x4000_0000), new(0x8000_0000, ulong.MaxValue)] },
        { false, [] },
    };

    [Theory]
    [MemberData(nameof(CmrLists))]
    public void Call_CmrsThatTouchInTheirOrder_CountAsOne(bool accepted, RawRange[] cmrs) =>
        Assert.Equal(accepted, SysConfigModel.Call(Platform with { Cmrs = cmrs }, Operands(40, 128 * BitmapOfOneGiB)).IsAccepted);

    // One TDMR of 1 GiB; its PAMT lies in a reserved area at its head.
    private static SysConfigOperands Operands(ulong r8, ulong size4K) => new(Array, 1, r8,
        [
            new TdmrInfo(Array + 0x200, new RawRange(GiB, GiB), new RawRange(GiB, size4K), new RawRange(GiB + size4K, 0x2000),
                new RawRange(GiB + size4K + 0x2000, 0x1000), [new RawRange(0, size4K + 0x3000)]),
        ]);
}
