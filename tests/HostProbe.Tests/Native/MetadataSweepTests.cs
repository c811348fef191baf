using System.Buffers.Binary;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Native;

public sealed class MetadataSweepTests
{
    // 512 x 3 and 300 x 1 elements: more than three pages.
    private const string Big = """
        tdxdash-profile 1
        name big
        extra 0x0000000300000000 A 512x3 1*1536
        extra 0x0100000200000000 B 300x1 2*300
        end

        """;

    private const ulong BuildNum = 0x8800_0001_0000_0002;

    // Six fields of version and build, before and after.
    private const int StampCalls = 12;

    private static readonly string[] ShippedNames = ["tdx-1.5.08-emr", "tdx-1.5.16-srf", "tdx-2.0.08-gnr"];

    /// <summary>The counts of the module's tables: elements as TDH.SYS.RD walks them, and fields of a list, where the 32 fields of
    /// CPUID_CONFIG_VALUES have two elements each.</summary>
    [Theory]
    [InlineData("tdx-1.5.08-emr", 356, 38, 3160)]
    [InlineData("tdx-1.5.16-srf", 359, 40, 3200)]
    [InlineData("tdx-2.0.08-gnr", 361, 42, 3232)]
    public void SweepRaw_ShippedProfile_ReadsEveryFieldOfItsTable(string name, int elements, int sequences, int bytes)
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped(name), []);
        byte[] page = new byte[4096];
        var registers = new SeamcallRegisters { R8 = ulong.MaxValue };
        module.Seamcall(37, ref registers, page);

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module).Fields;

        Assert.Equal(bytes, BinaryPrimitives.ReadUInt16LittleEndian(page));
        Assert.Equal(sequences, BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(2)));
        Assert.Equal(("TDH.SYS.RDALL", Provenance.Emulated), (reading.Source, reading.Provenance));
        Assert.Equal(elements - 32, reading.Value.Count);
        Assert.Equal(elements, reading.Value.Sum(f => f.Values.Count));
        Assert.Equal(32, reading.Value.Count(f => f.Values.Count == 2));
    }

    [Fact]
    public void SweepRaw_RdAllRefused_WalksToTheSameElements()
    {
        foreach (string name in ShippedNames)
        {
            using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped(name), []);
            using var refusing = new ScriptedTransport(RefuseRdAll, module);

            Reading<IReadOnlyList<MetadataValue>> walk = MetadataSweep.SweepRaw(refusing).Fields;
            Reading<IReadOnlyList<MetadataValue>> list = MetadataSweep.SweepRaw(module).Fields;

            Assert.Equal(("TDH.SYS.RD", Provenance.Emulated), (walk.Source, walk.Provenance));
            Assert.Equal(ByCode(list.Value), ByCode(walk.Value));
        }
    }

    [Fact]
    public void SweepRaw_ListLargerThanAPage_GoesOnUntilItEnds()
    {
        using NativeTransport module = NativeFiles.OpenText(Big);

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module).Fields;

        Assert.Equal(812, reading.Value.Count);
        Assert.Equal(1836, reading.Value.Sum(f => f.Values.Count));
        Assert.Equal(812, reading.Value.Select(f => f.Id).Distinct().Count());
    }

    [Fact]
    public void SweepRaw_BothLeavesRefused_GivesStatusAndRemedy()
    {
        using NativeTransport module = NativeFiles.OpenText("""
            tdxdash-profile 1
            name tdx-1.0
            refuse TDH.SYS.RD 0xc000050500000000
            refuse TDH.SYS.RDALL 0xc000050500000000
            field NUM_PKGS 1
            end

            """);

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module).Fields;

        Assert.Equal(ReadingState.Unreadable, reading.State);
        Assert.Equal("TDH.SYS.RDALL answered 0xc000050500000000, and TDH.SYS.RD 0xc000050500000000.", reading.Reason);
        Assert.StartsWith("Update the TDX module to 1.5", reading.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void SweepRaw_CallNotExecuted_GivesItsReasonAndRemedy()
    {
        using var broken = new ScriptedTransport((_, ref _, _) => throw new SeamcallTransportException("VMX is off.", "Turn it on."));

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(broken).Fields;

        Assert.Equal(("TDH.SYS.RDALL", "VMX is off.", "Turn it on."), (reading.Source, reading.Reason, reading.Remedy));
    }

    [Fact]
    public void SweepRaw_ModuleThatNeverEnds_IsGivenUp()
    {
        using var sameAgain = new ScriptedTransport((_, ref r, page) => Overflow(ref r, page, r.R8));
        using var everOn = new ScriptedTransport((_, ref r, page) => Overflow(ref r, page, r.R8 + 1));
        using var walk = new ScriptedTransport(EndlessWalk);

        Assert.Contains("makes no progress", MetadataSweep.SweepRaw(sameAgain).Fields.Reason, StringComparison.Ordinal);
        Assert.Contains("did not end after 16 pages", MetadataSweep.SweepRaw(everOn).Fields.Reason, StringComparison.Ordinal);
        Assert.Contains("did not end after 8192 fields", MetadataSweep.SweepRaw(walk).Fields.Reason, StringComparison.Ordinal);
        Assert.Equal((StampCalls + 1, StampCalls + 16), (sameAgain.Calls, everOn.Calls));
    }

    [Fact]
    public void SweepRaw_ListThatContradictsItself_IsUnreadable()
    {
        using var cutOff = new ScriptedTransport((leaf, ref r, page) =>
        {
            if (leaf == 37)
            {
                page[0] = 4;
            }

            r.Rax = 0;
            return true;
        });

        Assert.Equal("The metadata list says that it has 4 bytes, in a buffer of 4096.", MetadataSweep.SweepRaw(cutOff).Fields.Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SweepRaw_ModuleUpdatedMeanwhile_ReadsAgainAtMostTwice(int updates)
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        int lists = 0;
        using var updating = new ScriptedTransport(
            (leaf, ref r, page) =>
            {
                lists += leaf == 37 ? 1 : 0;
                return ReadsBuild(module, leaf, ref r, page, 784 + (ulong)Math.Min(lists, updates));
            },
            module);

        SweptMetadata swept = MetadataSweep.SweepRaw(updating);

        Assert.Equal((updates == 3, Math.Min(updates + 1, 3)), (swept.AcrossUpdate, lists));
        Assert.Equal(324, swept.Fields.Value.Count);
    }

    [Fact]
    public void SweepRaw_ModuleThatIsReplacedWhileItIsRead_IsReadAgainWhole()
    {
        using NativeTransport old = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        using NativeTransport young = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-2.0.08-gnr"), []);
        int reads = 0;
        using var replaced = new ScriptedTransport((leaf, ref r, page) =>
        {
            if (!RefuseRdAll(leaf, ref r, page))
            {
                (reads++ < 100 ? old : young).Seamcall(leaf, ref r, page);
            }

            return true;
        });

        SweptMetadata swept = MetadataSweep.SweepRaw(replaced);

        Assert.False(swept.AcrossUpdate);
        Assert.Equal(361, swept.Fields.Value.Count);
        Assert.Equal(882UL, swept.Fields.Value.Single(f => f.Id.Value == BuildNum).Values[0]);
    }

    [Fact]
    public void SweepRaw_ModuleThatShutsDownMeanwhile_SaysWhatItAnswersNow()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        int calls = 0;
        using var gone = new ScriptedTransport(
            (_, ref r, _) =>
            {
                r.Rax = ++calls > 6 ? 0xC000_0506_0000_0000 : r.Rax;
                return calls > 6;
            },
            module);

        SweptMetadata swept = MetadataSweep.SweepRaw(gone);

        Assert.False(swept.AcrossUpdate);
        Assert.Equal("TDH.SYS.RDALL answered 0xc000050600000000, and TDH.SYS.RD 0xc000050600000000.", swept.Fields.Reason);
    }

    [Fact]
    public void SweepRaw_DumpWithoutTheVersionsReads_IsStillRead()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        using var dump = new ScriptedTransport((leaf, ref _, _) => leaf == 34 ? throw new SeamcallTransportException("Not recorded.", "Capture again.") : false, module);

        SweptMetadata swept = MetadataSweep.SweepRaw(dump);

        Assert.False(swept.AcrossUpdate);
        Assert.Equal(324, swept.Fields.Value.Count);
    }

    private static bool ReadsBuild(NativeTransport module, ulong leaf, ref SeamcallRegisters registers, Span<byte> page, ulong build)
    {
        if (leaf != 34 || registers.Rdx != BuildNum)
        {
            return false;
        }

        module.Seamcall(leaf, ref registers, page);
        registers.R8 = build;
        return true;
    }

    private static bool RefuseRdAll(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        registers.Rax = leaf == 37 ? 0xC000_0100_0000_0000 : registers.Rax;
        return leaf == 37;
    }

    private static bool Overflow(ref SeamcallRegisters registers, Span<byte> page, ulong next)
    {
        if (page.IsEmpty)
        {
            return true;
        }

        page.Clear();
        page[0] = 24;
        page[2] = 1;
        page[12] = 2;
        registers.Rax = 0xC000_0C04_0000_0000;
        registers.R8 = next;
        return true;
    }

    private static bool EndlessWalk(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        bool isFirst = registers.Rdx == ulong.MaxValue;
        registers.Rax = leaf == 37 ? 0xC000_0100_0000_0000 : isFirst ? 0x0000_0C0B_0000_0000UL : 0;
        registers.Rdx = isFirst ? 1 : registers.Rdx % 7 + 1;
        return true;
    }

    /// <summary>Each element at its own code, without size code and bit 63, in which list and walk differ.</summary>
    private static IEnumerable<(int Class, uint Code, ulong Value)> ByCode(IReadOnlyList<MetadataValue> fields) =>
        fields.SelectMany(f => f.Values.Select((value, i) => (f.Id.Class, f.Id.Code + (uint)i, value)));
}
