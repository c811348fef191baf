using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CsCheck;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class PlannerTests
{
    private const ulong KiB = ByteSize.KiB, GiB = ByteSize.GiB;

    [Fact]
    public void Calculate_64GiBOfTheKernelDocument_Gives262668KBOverThreeTdmrs()
    {
        PlanResult result = Plan("2 sockets x 32 GiB, hole 2G-4G");

        Assert.Equal(3, result.TdmrsNeeded);
        Assert.Equal(262_668UL, result.Layout.PamtKiB);
        Assert.Equal(262_668 * KiB, result.Pamt.Value.Static.Total.Bytes);
        Assert.True(result.Verdict.Initializes);
        Assert.Equal(["virt/tdx: 262668 KB allocated for PAMT", "virt/tdx: module initialized"], result.Verdict.KernelLines);
        Assert.Equal(Provenance.Hypothetical, result.Pamt.Provenance);
    }

    [Fact]
    public void Calculate_LogOfIssue135_TakesItsFiveCmrsForMemory()
    {
        Snapshot snapshot = Imported("01-emr-fox-creek-pass");
        PlanResult result = Planner.Calculate(PlanMachine.From(snapshot).Value);

        Assert.Equal(5, result.TdmrsNeeded);
        Assert.Equal(1_050_644UL, result.Layout.PamtKiB);
        Assert.Equal((31L, Provenance.Hypothetical), (result.Guests.Value.KeyIds.Value, result.Provenance));
        Assert.Contains(result.Machine.Notes, note => note.Contains("no memory map", StringComparison.Ordinal));
    }

    [Fact]
    public void Calculate_OneTiB_ComparesStaticWithDynamicPamt()
    {
        PlanPamt pamt = Plan("2 sockets x 512 GiB, hole 2G-4G, use 25%").Pamt.Value;

        Assert.Equal("4.008", (pamt.Static.Total.Bytes / (double)GiB).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(4_202_516 * KiB, pamt.Static.Total.Bytes);
        Assert.Equal(40_980 * KiB, pamt.DynamicTables.Total.Bytes);
        Assert.Equal(1026 * 512 * 4UL, pamt.ReferenceCounts.Bytes);
        Assert.Equal(GiB, pamt.PagePairs.Bytes);
        Assert.Equal("1.04 GiB", pamt.Dynamic.ToString());
        Assert.Equal(new PamtPoint(25, pamt.Dynamic), pamt.Curve[5]);
        Assert.Equal(100, pamt.Curve[^1].Use);
        Assert.Equal("4.04 GiB", pamt.Curve[^1].Dynamic.ToString());
        Assert.InRange(pamt.BreakEven!.Value, 99.1, 99.2);
        Assert.Equal(pamt.Static.Total, pamt.Paid);
        Assert.Equal((2, pamt.Nodes[1].Static.Total), (pamt.LargestBlockOf, pamt.LargestBlock));
        Assert.Equal([0, 1], pamt.Nodes.Select(node => node.Node));
    }

    [Fact]
    public void BreakEven_WithLargePagesOnly_IsNever()
    {
        PlanPamt pamt = Plan("2 sockets x 512 GiB, hole 2G-4G, use 100%, small-pages 0%, dynamic-pamt").Pamt.Value;

        Assert.Null(pamt.BreakEven);
        Assert.Equal((0UL, pamt.DynamicBase), (pamt.PagePairs.Bytes, pamt.Paid));
    }

    [Fact]
    public void Calculate_EighteenPiecesOfFirmware_WouldNeedNineteenOfSixteen()
    {
        PlanResult result = Plan("2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G");

        Assert.False(result.Verdict.Initializes);
        Assert.Equal((PlanLimit.ReservedAreas, "TDMR 0 would need 19 of 16 reserved areas."), (result.Verdict.Limit, result.Verdict.Sentence));
        Assert.Equal(["virt/tdx: initialization failed: TDMR [0x0, 0x40000000): reserved areas exhausted.", "virt/tdx: module initialization failed (-28)"], result.Verdict.KernelLines);
        Assert.Equal((19, -3), (result.Peak!.Used, result.Peak.Headroom));
        Assert.False(result.Acceptance.IsKnown);
        Assert.Equal("No TD can run: TDMR 0 would need 19 of 16 reserved areas.", result.Guests.Reason);
        Assert.True(Plan("2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G, max-reserved 19").Verdict.Initializes);
    }

    [Theory]
    [InlineData("1 socket x 64 GiB, keyids 0", PlanLimit.KeyIds, "The BIOS would give 0 private KeyIDs to TDX, and the module and one TD need 2.", "")]
    [InlineData("1 socket x 64 GiB, keyids 1", PlanLimit.KeyIds, "The BIOS would give 1 private KeyID to TDX, and the module and one TD need 2.", "virt/tdx: initialization failed: too few private KeyIDs available.")]
    [InlineData("ram 0x100000-0x140000, ram 0x8000000000-0x8000040000", PlanLimit.ContiguousMemory, "The PAMT of TDMR 0 would need 4.01 MiB of contiguous memory, which no node of an otherwise empty machine has.", "virt/tdx: module initialization failed (-12)")]
    public void Calculate_TooFewKeyIdsOrTooLittleMemoryInOnePiece_FailsInTheKernelsWords(string text, PlanLimit limit, string sentence, string lastLine)
    {
        PlanVerdict verdict = Plan(text).Verdict;

        Assert.Equal((false, limit, sentence), (verdict.Initializes, verdict.Limit, verdict.Sentence));
        Assert.Equal(lastLine, verdict.KernelLines is [.., var last] ? last : "");
    }

    [Fact]
    public void Calculate_CxlAsSystemRam_IsRefusedByTheModule()
    {
        PlanVerdict verdict = Plan("2 sockets x 1 TiB, hole 2G-4G, cxl 512G@node2").Verdict;

        Assert.Equal((false, PlanLimit.Module), (verdict.Initializes, verdict.Limit));
        Assert.Contains("TDX_PAMT_OUTSIDE_CMRS", verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(["virt/tdx: SEAMCALL (0x000000000000002d) failed: 0xc0000a1100000203", "virt/tdx: module initialization failed (-5)"], verdict.KernelLines);
    }

    [Theory]
    [InlineData("70 sockets x 2 GiB", PlanLimit.Tdmrs, "The memory would need 70 of 64 TDMRs.")]
    [InlineData("ram 4G-4099M", PlanLimit.ContiguousMemory, "The PAMT of TDMR 0 would need 4.01 MiB of contiguous memory, which no node of an otherwise empty machine has.")]
    [InlineData("ram 0-1M", PlanLimit.ContiguousMemory, "There is no memory above the first MiB.")]
    [InlineData("1 socket x 8G, keyids 1", PlanLimit.KeyIds, "The BIOS would give 1 private KeyID to TDX, and the module and one TD need 2.")]
    [InlineData("1 socket x 128 TiB, address-bits 46", PlanLimit.Module, "TDX_INVALID_TDMR")]
    public void Calculate_MachineThatFails_NamesTheLimit(string text, PlanLimit limit, string sentence)
    {
        PlanResult result = Plan(text);

        Assert.Equal((false, limit), (result.Verdict.Initializes, result.Verdict.Limit));
        Assert.Contains(sentence, result.Verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(result.Verdict, Planner.Verdict(result.Machine), new SameVerdict());
    }

    [Theory]
    [InlineData("1 socket x 64 GiB, keyids 5, tds 3 x 8 GiB", 4, PlanLimit.KeyIds, PlanLimit.None)]
    [InlineData("1 socket x 64 GiB, keyids 5, tds 5 x 8 GiB", 4, PlanLimit.KeyIds, PlanLimit.KeyIds)]
    [InlineData("1 socket x 64 GiB, keyids 32, tds 8 x 8 GiB", 7, PlanLimit.Memory, PlanLimit.Memory)]
    [InlineData("1 socket x 64 GiB, tds 7 x 8 GiB", 7, PlanLimit.Memory, PlanLimit.None)]
    [InlineData("1 socket x 64 GiB, host 60 GiB, keyids 32, tds 1 x 8 GiB", 0, PlanLimit.Memory, PlanLimit.Memory)]
    public void Guests_NameTheLimitThatBinds(string text, long most, PlanLimit binding, PlanLimit exceeded)
    {
        PlanGuests guests = Plan(text).Guests.Value;

        Assert.Equal((most, binding, exceeded), (guests.Packing[0].Most, guests.Packing[0].Binding, guests.Exceeded));
    }

    [Fact]
    public void Cost_OfATd_IsItsMemoryAndThePagesOfTheModule()
    {
        // 8 GiB with 4K mappings: 4,096 + 8 + 1 pages of secure EPT; TDR, six TDCS pages and six TDVPS pages a virtual CPU.
        const ulong pages = 4096 + 8 + 1 + 1 + 6 + (2 * 6);
        Assert.Equal((8 * GiB) + (pages * 4096), Plan("1 socket x 64 GiB, tds 1 x 8 GiB x 2 vcpus").Guests.Value.Packing[0].Cost.Bytes);
        Assert.Equal((8 * GiB) + (pages * 4096) + (4096 * 8192), Plan("1 socket x 64 GiB, tds 1 x 8 GiB x 2 vcpus, dynamic-pamt").Guests.Value.Packing[0].Cost.Bytes);
    }

    [Fact]
    public void MoreMemory_NeverLowersThePamt() => Gen.Select(PlanGenerator.Plans, Gen.ULong[1, 512]).Sample((spec, gib) =>
    {
        if (Record.Exception(() => PlanMachine.From(spec)) is null && Record.Exception(() => PlanMachine.From(spec.WithMemory(new ByteSize(gib * GiB)))) is null)
        {
            PlanResult before = Planner.Calculate(PlanMachine.From(spec)), after = Planner.Calculate(PlanMachine.From(spec.WithMemory(new ByteSize(gib * GiB))));
            if (before.Pamt.IsKnown && after.Pamt.IsKnown)
            {
                Assert.True(after.Pamt.Value.Static.Total >= before.Pamt.Value.Static.Total);
                Assert.True(after.Pamt.Value.DynamicBase >= before.Pamt.Value.DynamicBase);
            }
        }
    });

    [Fact]
    public void StaticPamt_OfAnyMachineThatInitialises_IsThatOfTheKernelsLine() => PlanGenerator.Plans.Sample(spec =>
    {
        if (Record.Exception(() => PlanMachine.From(spec)) is null && Planner.Calculate(PlanMachine.From(spec)) is { Layout.Error: LayoutError.None } result)
        {
            PlanPamt pamt = result.Pamt.Value;
            Assert.Equal(result.Layout.PamtKiB * KiB, (pamt.IsDynamic ? pamt.DynamicTables : pamt.Static).Total.Bytes);
            Assert.Equal(pamt.LargestBlock, result.Layout.Tdmrs.Max(tdmr => tdmr.Pamt!.Size));
            Assert.Equal(result.Layout.Tdmrs.Select(tdmr => tdmr.Pamt!.Node).Distinct().Order(), pamt.Nodes.Select(node => node.Node));
        }
    });

    public static TheoryData<string> Captures => [.. Directory.GetFiles(Repository.Data("captures"), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Captures))]
    public void PlanOfACapture_GivesItsOwnLayout(string capture)
    {
        Snapshot snapshot = Imported(capture);
        Reading<PlanMachine> machine = PlanMachine.From(snapshot);

        Assert.True(machine.IsKnown || machine.Reason.Length > 0);
        if (snapshot.Layout.Layout.TryGet(out TdmrLayout? own))
        {
            Assert.Equal(Json(own), Json(Planner.Calculate(machine.Value).Layout));
            Assert.Equal(snapshot.Layout.Layout.Provenance, machine.Provenance);
            PlanParse carried = PlanTextTests.Accepted(PlanText.Write(PlanImports.FromSnapshot(snapshot).Value));
            Assert.Equal(Json(own), Json(Planner.Calculate(carried.Machine!).Layout));
        }
    }

    [Fact]
    public void PlanOfALog_WithCmrsThatOverlapAndNoMap_SaysSo()
    {
        Reading<PlanMachine> machine = PlanMachine.From(ImportReader.Read("virt/tdx: CMR: [0x100000, 0x6f800000)\nvirt/tdx: CMR: [0x200000, 0x7f800000)\n").Snapshot!);

        Assert.Contains("[0x200000, 0x7f800000) overlaps [0x100000, 0x6f800000)", machine.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PlanOfASnapshot_WhoseBiosGivesNoKeyIds_DoesNotInitialise()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        PlanMachine off = PlanMachine.From(host with { Platform = host.Platform! with { KeyIdPartitioning = Reading.Known(63UL, Provenance.Kernel, "MSR 0x87") } }).Value;

        Assert.Equal(PlanLimit.KeyIds, Planner.Verdict(off).Limit);
        Assert.True(Planner.Verdict(off with { KeyIds = 32 }).Initializes);
        Assert.Equal(32, PlanMachine.From(host).Value.KeyIds);
    }

    [Fact]
    public void Edits_ChangeThePlanAndItsText()
    {
        PlanSpec spec = PlanTextTests.Accepted("2 sockets x 8 dimms x 64 GiB, hole 2G-4G").Spec!;

        Assert.Equal("2 sockets x 16 dimms x 32 GiB, hole 0x80000000-0x100000000, add 64 GiB@node1, hot-plug 32 GiB, cxl 16 GiB",
            spec.WithDimms(16, new ByteSize(32 * GiB)).WithMemory(new ByteSize(64 * GiB), 1).WithHotPlug(new ByteSize(32 * GiB)).WithCxl(new ByteSize(16 * GiB)).ToString());
        Assert.Equal("2 sockets x 8 dimms x 64 GiB, hole 0x80000000-0x100000000, remove 64 GiB@node1", spec.WithoutMemory(new ByteSize(64 * GiB), 1).ToString());
        Assert.Equal("2 sockets x 8 dimms x 64 GiB, hole 0x80000000-0x100000000, remove 1 GiB at 0x40000000", spec.WithoutMemory(new AddressRange(GiB, 2 * GiB)).ToString());
    }

    [Theory]
    [InlineData("add 64 GiB", 64)]
    [InlineData("hot-plug 64 GiB@node1", 64)]
    [InlineData("add 512 MiB at 0x108000000000", 0)]
    [InlineData("remove 2 GiB", -2)]
    [InlineData("remove 1 GiB@node0", -1)]
    public void HostWithMemoryAddedOrRemoved_HasTheCmrsThatItsFirmwareWouldReport(string change, int gib)
    {
        Snapshot snapshot = TestSnapshots.WorkingHost();
        PlanMachine own = PlanMachine.From(snapshot).Value;
        string text = PlanText.Write(PlanImports.ToSpec(own));

        PlanMachine changed = PlanTextTests.Accepted($"{text}, {change}").Machine!;

        Assert.True(own.CmrsAreGiven && Planner.Verdict(changed).Initializes, Planner.Verdict(changed).Sentence);
        Assert.Equal((long)own.Memory.Bytes + (gib == 0 ? (long)ByteSize.GiB / 2 : gib * (long)GiB), (long)changed.Memory.Bytes);
        Assert.All(changed.Map.Blocks.Where(block => block.Range.Start.Value >= ByteSize.MiB), block => Assert.Contains(changed.Cmrs, cmr => cmr.Contains(block.Range)));
    }

    [Fact]
    public void Presets_AreMachinesThatInitialiseOrSayWhyNot()
    {
        PlanVerdict[] verdicts = [.. PlanPresets.All.Select(preset => Plan(preset.Text).Verdict)];

        Assert.Equal([PlanLimit.None, PlanLimit.None, PlanLimit.None, PlanLimit.None, PlanLimit.None, PlanLimit.Module, PlanLimit.ReservedAreas], verdicts.Select(verdict => verdict.Limit));
        Assert.All(PlanPresets.All.SkipLast(2), preset => Assert.Equal(PlanLimit.None, Plan(preset.Text).Guests.Value.Exceeded));
    }

    private static PlanResult Plan(string text) => Planner.Calculate(PlanTextTests.Accepted(text).Machine!);

    private static Snapshot Imported(string capture) => ImportReader.Read(File.ReadAllText(Repository.Data("captures", capture + ".txt"))).Snapshot!;

    private static string Json(TdmrLayout layout) => JsonSerializer.Serialize(layout, (JsonTypeInfo<TdmrLayout>)SnapshotJson.Canonical.Options.GetTypeInfo(typeof(TdmrLayout)));

    private sealed class SameVerdict : IEqualityComparer<PlanVerdict>
    {
        public bool Equals(PlanVerdict? x, PlanVerdict? y) => (x!.Initializes, x.Limit, x.Sentence) == (y!.Initializes, y.Limit, y.Sentence) && x.KernelLines.SequenceEqual(y.KernelLines);

        public int GetHashCode(PlanVerdict obj) => obj.Sentence.GetHashCode(StringComparison.Ordinal);
    }
}
