using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Layout;

public sealed class TdmrBuilderTests
{
    private const ulong GiB = ByteSize.GiB;
    private const ulong MiB = ByteSize.MiB;

    [Fact]
    public void Build_TooFewTdmrs_SaysHowManyTheMapAsksFor()
    {
        MemoryMap map = Map([.. Enumerable.Range(0, 70).Select(i => ((ulong)i * 2 * GiB, ((ulong)i * 2 * GiB) + GiB))]);

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);

        Assert.Equal(LayoutError.ENOSPC, layout.Error);
        Assert.Equal(["initialization failed: TDMRs exhausted."], layout.Log);
        Assert.Equal(70, layout.TdmrsNeeded);
        Assert.Equal(64, layout.Tdmrs.Count);
        Assert.Equal(0UL, layout.PamtKiB);
        Assert.Equal("The memory map would need 70 of 64 TDMRs, so Linux gives up.", LayoutExplanation.Of(map, TdmrLimits.Usual, layout).Outcome);
    }

    [Fact]
    public void Build_TooManyHoles_HoldsEveryAreaThatWouldBeNeeded()
    {
        MemoryMap map = Holey();

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);
        LayoutExplanation words = LayoutExplanation.Of(map, TdmrLimits.Usual, layout);

        Assert.Equal(LayoutError.ENOSPC, layout.Error);
        Assert.Equal(0, layout.FailedTdmr);
        Assert.Equal(19, layout.Tdmrs[0].Reserved.Count);
        Assert.Equal(ExhaustedLimit.ReservedAreas, words.Exhausted);
        Assert.Equal("TDMR 0 would need 19 of 16 reserved areas, so Linux gives up.", words.Outcome);
        Assert.Equal("TDMR 0 would need 19 of 16 reserved areas.", words.Tdmrs[0].Summary);
        Assert.Equal(-3, words.Tdmrs[0].Headroom);
    }

    [Fact]
    public void Build_NoRoomForPamt_NamesTheTdmrAndKeepsNoPamt()
    {
        MemoryMap map = Map([(4 * GiB, (4 * GiB) + (3 * MiB)), (100 * GiB, (100 * GiB) + MiB)]);

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);

        Assert.Equal(LayoutError.ENOMEM, layout.Error);
        Assert.Equal(0, layout.FailedTdmr);
        Assert.Equal(0UL, layout.PamtKiB);
        Assert.All(layout.Tdmrs, tdmr => Assert.Null(tdmr.Pamt));
        Assert.Equal(ExhaustedLimit.ContiguousMemory, LayoutExplanation.Of(map, TdmrLimits.Usual, layout).Exhausted);
    }

    [Fact]
    public void Build_NoMemoryAboveTheFirstMiB_FailsWithoutTdmrs()
    {
        MemoryMap map = Map([(0x1000, 0x9f000)]);

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);

        Assert.Equal(LayoutError.ENOMEM, layout.Error);
        Assert.Empty(layout.Tdmrs);
        Assert.Equal(0, layout.TdmrsNeeded);
        Assert.Equal("There is no memory above the first MiB, so Linux gives up.", LayoutExplanation.Of(map, TdmrLimits.Usual, layout).Outcome);
    }

    [Fact]
    public void Build_TwoBlocks_ExplainsEveryArea()
    {
        MemoryMap map = Map([(0x1000, 0x9f000), (MiB, 1536 * MiB), (1600 * MiB, 1900 * MiB), (4 * GiB, 8 * GiB)]);

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);

        IReadOnlyList<TdmrExplanation> words = LayoutExplanation.Of(map, TdmrLimits.Usual, layout).Tdmrs;
        Assert.Equal(
            [
                "The first MiB is never TDX memory.",
                "No memory between block 1 [0x100000, 0x60000000) and block 2 [0x64000000, 0x76c00000).",
                "No memory between block 2 [0x64000000, 0x76c00000) and block 3 [0x100000000, 0x200000000).",
            ],
            words[0].Areas);
        Assert.Equal(["The PAMT of TDMR 0 lies here (address hypothetical).", "The PAMT of TDMR 1 lies here (address hypothetical)."], words[1].Areas);
        Assert.Equal("TDMR 1 uses 2 of 16 reserved areas, 14 left.", words[1].Summary);
    }

    [Theory]
    [InlineData(0x1000UL, 0x40000000UL, "The first MiB is never TDX memory.")]
    [InlineData(0x200000UL, 0x40000000UL, "The first MiB is never TDX memory, and there is no memory between it and block 0 [0x200000, 0x40000000).")]
    public void Explain_HoleAtZero_SpeaksOfTheFirstMiB(ulong start, ulong end, string expected)
    {
        MemoryMap map = MemoryMap.Create([new MemoryBlock(new AddressRange(start, end), 0)]);
        Assert.Equal(expected, LayoutExplanation.Of(map, TdmrLimits.Usual, TdmrBuilder.Build(map, TdmrLimits.Usual)).Tdmrs[0].Areas[0]);
    }

    [Fact]
    public void Explain_HoleWithARangeOfLessThanAPage_DoesNotSayThatThereIsNoMemory()
    {
        MemoryMap map = MemoryMap.Create(
            [
                new(new AddressRange(0x40000000, 0x50000000), 0), new(new AddressRange(0x58000800, 0x58000900), 0), new(new AddressRange(0x60000000, 0x80000000), 0),
            ]);

        IReadOnlyList<string> areas = LayoutExplanation.Of(map, TdmrLimits.Usual, TdmrBuilder.Build(map, TdmrLimits.Usual)).Tdmrs[0].Areas;

        Assert.Contains("No whole page of memory between block 0 [0x40000000, 0x50000000) and block 2 [0x60000000, 0x80000000).", areas);
    }

    [Fact]
    public void Build_KnownPamtPlace_IsUsedAndKnown()
    {
        MemoryMap map = Map([(MiB, 2 * GiB), (4 * GiB, 8 * GiB)]);
        var known = new KnownPamtPlacement(new Dictionary<int, PhysAddr> { [1] = new(64 * MiB) });

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual, new LayoutOptions { Placement = known });

        Assert.Equal(64 * MiB, layout.Tdmrs[1].Pamt!.Start.Value);
        Assert.Equal((false, true), (layout.Tdmrs[0].Pamt!.IsAddressKnown, layout.Tdmrs[1].Pamt!.IsAddressKnown));
        Assert.Equal("The PAMT of TDMR 1 lies here (address given).", LayoutExplanation.Of(map, TdmrLimits.Usual, layout).Tdmrs[0].Areas[1]);
    }

    [Theory]
    [InlineData(0x4000_0001UL)]
    [InlineData(0x9000_0000UL)]
    [InlineData(0xFF_FFFF_F000UL)]
    public void Build_KnownPamtPlaceThatIsNone_NamesTdmrAndRemedy(ulong start)
    {
        var options = new LayoutOptions { Placement = new KnownPamtPlacement(new Dictionary<int, PhysAddr> { [0] = new(start) }) };

        FormatException error = Assert.Throws<FormatException>(() => TdmrBuilder.Build(Map([(MiB, 2 * GiB)]), TdmrLimits.Usual, options));

        Assert.Contains("TDMR 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("Correct the address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReservedUse_RoomEverywhere_RunsFromHolesToHolesAndAllPamts()
    {
        MemoryMap map = Map([(MiB, 2 * GiB), (4 * GiB, 8 * GiB), (16 * GiB, 20 * GiB)]);

        IReadOnlyList<ReservedUse> uses = ReservedUseRange.Of(map, TdmrBuilder.Build(map, TdmrLimits.Usual));

        Assert.Equal([new ReservedUse(1, 1, 4), new ReservedUse(0, 0, 3), new ReservedUse(0, 0, 3)], uses);
    }

    [Fact]
    public void ReservedUse_OneTdmr_HasToHoldItsOwnPamt()
    {
        MemoryMap map = Map([(4 * GiB, 8 * GiB)]);

        Assert.Equal([new ReservedUse(0, 1, 1)], ReservedUseRange.Of(map, TdmrBuilder.Build(map, TdmrLimits.Usual)));
    }

    [Fact]
    public void Write_Layout_PutsTheLevelsInTheStructuresOrder()
    {
        TdmrLayout layout = TdmrBuilder.Build(Map([(4 * GiB, 8 * GiB)]), TdmrLimits.Usual);

        byte[] bytes = TdmrInfoWriter.Write(layout, TdmrLimits.Usual);

        Pamt pamt = layout.Tdmrs[0].Pamt!;
        ulong[] words = [.. Enumerable.Range(0, 10).Select(i => BitConverter.ToUInt64(bytes, i * 8))];
        ulong start = pamt.Start.Value;
        ulong[] expected =
        [
            4 * GiB, 4 * GiB, start + pamt.Size4K.Bytes + pamt.Size2M.Bytes, pamt.Size1G.Bytes, start + pamt.Size4K.Bytes, pamt.Size2M.Bytes,
            start, pamt.Size4K.Bytes, start - (4 * GiB), pamt.Size.Bytes,
        ];
        Assert.Equal(1024, bytes.Length);
        Assert.Equal(expected, words);
    }

    [Fact]
    public void Write_FailedLayout_IsRefused()
    {
        TdmrLayout layout = TdmrBuilder.Build(Holey(), TdmrLimits.Usual);

        Assert.Throws<InvalidOperationException>(() => TdmrInfoWriter.Write(layout, TdmrLimits.Usual));
    }

    private static JsonTypeInfo<TdmrLayout> LayoutJson => (JsonTypeInfo<TdmrLayout>)SnapshotJson.Canonical.Options.GetTypeInfo(typeof(TdmrLayout));

    [Fact]
    public void Layout_WrittenAndRead_IsTheSame()
    {
        var options = new LayoutOptions
        {
            Behavior = LinuxBehavior.Upstream with { Holes = HoleSource.Cmrs },
            Cmrs = [new AddressRange(MiB, 2 * GiB), new AddressRange(4 * GiB, 8 * GiB)],
            Placement = new KnownPamtPlacement(new Dictionary<int, PhysAddr> { [0] = new(64 * MiB) }),
        };
        TdmrLayout layout = TdmrBuilder.Build(Map([(MiB, 1900 * MiB), (4 * GiB, 8 * GiB)]), TdmrLimits.Usual, options);

        byte[] written = JsonSerializer.SerializeToUtf8Bytes(layout, LayoutJson);
        TdmrLayout read = JsonSerializer.Deserialize(written, LayoutJson)!;

        Assert.Equal(HoleSource.Cmrs, read.Holes);
        Assert.True(read.Tdmrs[0].Pamt!.IsAddressKnown);
        Assert.Equal(layout.Tdmrs[0].Reserved, read.Tdmrs[0].Reserved);
        Assert.Equal(written, JsonSerializer.SerializeToUtf8Bytes(read, LayoutJson));
    }

    [Fact]
    public void FailedLayout_WrittenAndRead_IsTheSame()
    {
        TdmrLayout layout = TdmrBuilder.Build(Map([(4 * GiB, (4 * GiB) + (3 * MiB))]), TdmrLimits.Usual);

        byte[] written = JsonSerializer.SerializeToUtf8Bytes(layout, LayoutJson);
        TdmrLayout read = JsonSerializer.Deserialize(written, LayoutJson)!;

        Assert.Null(Assert.Single(read.Tdmrs).Pamt);
        Assert.Equal(0, read.FailedTdmr);
        Assert.Equal(written, JsonSerializer.SerializeToUtf8Bytes(read, LayoutJson));
    }

    [Theory]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 1, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 0UL)]
    [InlineData(0x1001UL, 0x1002UL)]
    public void Run_RangeThatNoMachineHas_EndsWithoutTdmr(ulong start, ulong end)
    {
        using TdmrEngine engine = TdmrEngine.Run([new RawRange(start, end, 0)], new LayoutRules(TdmrLimits.Usual));

        Assert.Equal(LayoutError.ENOMEM, engine.Error);
        Assert.Equal(0UL, engine.Tdmrs[0].Size);
    }

    // 18 gaps of 1 MiB below 1 GiB, and the tail.
    private static MemoryMap Holey() => Map(
        [.. Enumerable.Range(0, 18).Select(i => ((ulong)(1 + (i * 40)) * MiB, (ulong)((i * 40) + 40) * MiB)), (4 * GiB, 8 * GiB)]);

    private static MemoryMap Map(params (ulong Start, ulong End)[] ranges) =>
        MemoryMap.Create([.. ranges.Select(r => new MemoryBlock(new AddressRange(r.Start, r.End), 0))]);
}
