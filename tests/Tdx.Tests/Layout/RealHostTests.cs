using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Layout;

/// <summary>Layouts against what kernels of real hosts printed. The CMR lists are those of the logs named.</summary>
public sealed partial class RealHostTests
{
    private static readonly string[] FoxCreekPass =
        ["0x100000-0x6f800000", "0x100000000-0x107a000000", "0x1080000000-0x207c000000", "0x2080000000-0x307c000000", "0x3080000000-0x407c000000"];

    public static TheoryData<string, int, ulong, string[]> Logs() => new()
    {
        { "canonical/tdx issue 135", 5, 1_050_644, FoxCreekPass },
        { "canonical/tdx issue 285", 3, 1_050_636, ["0x100000-0x77800000", "0x100000000-0x206e000000", "0x2080000000-0x4070000000"] },
        {
            "canonical/tdx issue 275", 5, 2_101_268,
            ["0x100000-0x77800000", "0x100000000-0x2076000000", "0x2080000000-0x4078000000", "0x4080000000-0x6078000000", "0x6080000000-0x8078000000"]
        },
        { "canonical/tdx issue 385", 3, 8_396_820, ["0x100000-0x77800000", "0x100000000-0x1003e000000", "0x10080000000-0x20040000000"] },
        {
            "canonical/tdx, Ubuntu 23.10 README", 5, 4_202_516,
            ["0x100000-0x77800000", "0x100000000-0x407a000000", "0x4080000000-0x807c000000", "0x8080000000-0xc07c000000", "0xc080000000-0x1007c000000"]
        },
    };

    [Theory]
    [MemberData(nameof(Logs))]
    public void Build_CmrsOfRealLog_GivesItsPamtTotal(string log, int tdmrs, ulong pamtKiB, string[] cmrs)
    {
        TdmrLayout layout = TdmrBuilder.Build(Map(cmrs), TdmrLimits.Usual);

        Assert.True(layout.Error == LayoutError.None, log);
        Assert.Equal(tdmrs, layout.Tdmrs.Count);
        Assert.Equal(pamtKiB, layout.PamtKiB);
    }

    [Theory]
    [InlineData(1_050_636, 2, 126, 128)]
    [InlineData(1_050_644, 2, 62, 64, 64, 64)]
    [InlineData(2_101_268, 2, 126, 128, 128, 128)]
    [InlineData(4_202_516, 2, 254, 256, 256, 256)]
    [InlineData(8_396_820, 2, 1021, 1023)]
    [InlineData(8_405_028, 2, 1022, 1024)]
    [InlineData(1_034_220, 2, 122, 128)]
    [InlineData(262_668, 2, 30, 32)]
    public void PamtSizes_OfTdmrsInGiB_SumToTheLogsTotal(ulong pamtKiB, params int[] tdmrGiB)
    {
        ulong total = 0;
        foreach (ByteSize tdmr in tdmrGiB.Select(gib => new ByteSize((ulong)gib * ByteSize.GiB)))
        {
            total += (PamtSizes.Of4K(tdmr, TdmrLimits.Usual) + PamtSizes.Of2M(tdmr, TdmrLimits.Usual) + PamtSizes.Of1G(tdmr, TdmrLimits.Usual)).Bytes;
        }

        Assert.Equal(pamtKiB * ByteSize.KiB, total);
    }

    [Fact]
    public void Build_FoxCreekPassFirmwareMap_FailsAsTheRealHostDid()
    {
        TdmrLayout layout = TdmrBuilder.Build(FoxCreekPassMap(), TdmrLimits.Usual);

        Assert.Equal(LayoutError.ENOSPC, layout.Error);
        Assert.Equal(["initialization failed: TDMR [0x0, 0x80000000): reserved areas exhausted."], layout.Log);
        Assert.Equal(0, layout.FailedTdmr);
    }

    [Fact]
    public void Build_FoxCreekPassWithHolesFromCmrs_Succeeds()
    {
        var options = new LayoutOptions { Behavior = LinuxBehavior.For("6.8.0-1028-intel"), Cmrs = [.. FoxCreekPass.Select(Range)] };

        TdmrLayout layout = TdmrBuilder.Build(FoxCreekPassMap(), TdmrLimits.Usual, options);

        Assert.Equal(LayoutError.None, layout.Error);
        Assert.Equal(HoleSource.Cmrs, layout.Holes);
        Assert.Equal(1_050_644UL, layout.PamtKiB);
        Assert.Equal(["[0x0, 0x100000)", "[0x6f800000, 0x80000000)"], layout.Tdmrs[0].Reserved.Select(area => area.Range.ToString()));
        Assert.Equal((0, 1), (layout.Tdmrs[0].Reserved[1].BlockBefore, layout.Tdmrs[0].Reserved[1].BlockAfter));
    }

    [Fact]
    public void Build_HolesFromCmrsButNoneKnown_FallsBackToTheMemoryListAndSaysSo()
    {
        TdmrLayout layout = TdmrBuilder.Build(Map(FoxCreekPass), TdmrLimits.Usual, new LayoutOptions { Behavior = LinuxBehavior.For("6.8.0-1028-intel") });

        Assert.Equal(HoleSource.MemoryList, layout.Holes);
        Assert.Equal(LayoutError.None, layout.Error);
    }

    // The source of the firmware map stops at 4 GiB; above it memory is what the CMRs say.
    private static MemoryMap FoxCreekPassMap()
    {
        IEnumerable<AddressRange> low = File.ReadLines(Repository.Data("captures", "01c-emr-e820.txt"))
            .Select(line => Usable().Match(line)).Where(match => match.Success)
            .Select(match => new AddressRange(Hex(match.Groups[1].Value), Hex(match.Groups[2].Value) + 1));
        return MemoryMap.Create([.. low.Concat(FoxCreekPass.Skip(1).Select(Range)).Select(range => new MemoryBlock(range, range.Start.Value < 0x2080000000 ? 0 : 1))]);
    }

    private static MemoryMap Map(string[] ranges) => MemoryMap.Create([.. ranges.Select(range => new MemoryBlock(Range(range), 0))]);

    private static AddressRange Range(string text)
    {
        string[] ends = text.Split('-');
        return new AddressRange(Hex(ends[0][2..]), Hex(ends[1][2..]));
    }

    private static ulong Hex(string digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex("mem 0x([0-9a-f]+)-0x([0-9a-f]+)\\] usable")]
    private static partial Regex Usable();
}
