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

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module);

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

            Reading<IReadOnlyList<MetadataValue>> walk = MetadataSweep.SweepRaw(refusing);
            Reading<IReadOnlyList<MetadataValue>> list = MetadataSweep.SweepRaw(module);

            Assert.Equal(("TDH.SYS.RD", Provenance.Emulated), (walk.Source, walk.Provenance));
            Assert.Equal(ByCode(list.Value), ByCode(walk.Value));
        }
    }

    [Fact]
    public void SweepRaw_ListLargerThanAPage_GoesOnUntilItEnds()
    {
        using NativeTransport module = NativeFiles.OpenText(Big);

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module);

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

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(module);

        Assert.Equal(ReadingState.Unreadable, reading.State);
        Assert.Equal("TDH.SYS.RDALL answered 0xc000050500000000, and TDH.SYS.RD 0xc000050500000000.", reading.Reason);
        Assert.StartsWith("Update the TDX module to 1.5", reading.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void SweepRaw_CallNotExecuted_GivesItsReasonAndRemedy()
    {
        using var broken = new ScriptedTransport((_, ref _, _) => throw new SeamcallTransportException("VMX is off.", "Turn it on."));

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(broken);

        Assert.Equal(("TDH.SYS.RDALL", "VMX is off.", "Turn it on."), (reading.Source, reading.Reason, reading.Remedy));
    }

    [Fact]
    public void SweepRaw_ModuleThatNeverEnds_IsGivenUp()
    {
        using var sameAgain = new ScriptedTransport((_, ref r, page) => Overflow(ref r, page, r.R8));
        using var everOn = new ScriptedTransport((_, ref r, page) => Overflow(ref r, page, r.R8 + 1));
        using var walk = new ScriptedTransport(EndlessWalk);

        Assert.Contains("makes no progress", MetadataSweep.SweepRaw(sameAgain).Reason, StringComparison.Ordinal);
        Assert.Contains("did not end after 16 pages", MetadataSweep.SweepRaw(everOn).Reason, StringComparison.Ordinal);
        Assert.Contains("did not end after 8192 fields", MetadataSweep.SweepRaw(walk).Reason, StringComparison.Ordinal);
        Assert.Equal((1, 16), (sameAgain.Calls, everOn.Calls));
    }

    [Fact]
    public void SweepRaw_ListThatContradictsItself_IsUnreadable()
    {
        using var cutOff = new ScriptedTransport((_, ref r, page) =>
        {
            page[0] = 4;
            r.Rax = 0;
            return true;
        });

        Assert.Equal("The metadata list says that it has 4 bytes, in a buffer of 4096.", MetadataSweep.SweepRaw(cutOff).Reason);
    }

    [Fact]
    public void SweepRaw_ModuleUpdatedMeanwhile_ReadsAgain()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        int reads = 0;
        using var updating = new ScriptedTransport(
            (leaf, ref r, page) =>
            {
                if (leaf == 37)
                {
                    return RefuseRdAll(leaf, ref r, page);
                }

                // The first walk sees build 783, everybody later what the profile says.
                bool isFirstBuild = r.Rdx == 0x8800000100000002 && reads++ == 0;
                if (!isFirstBuild)
                {
                    return false;
                }

                module.Seamcall(leaf, ref r, page);
                r.R8--;
                return true;
            },
            module);

        Reading<IReadOnlyList<MetadataValue>> reading = MetadataSweep.SweepRaw(updating);

        Assert.Equal(784UL, reading.Value.Single(f => f.Id.Value == 0x8800000100000002).Values[0]);
        Assert.Equal(4, reads);
    }

    [Fact]
    public void SweepRaw_ModuleThatKeepsChanging_IsUnreadable()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        ulong build = 0;
        using var changing = new ScriptedTransport(
            (leaf, ref r, page) =>
            {
                if (leaf == 34 && r.Rdx == 0x8800000100000002)
                {
                    module.Seamcall(leaf, ref r, page);
                    r.R8 = ++build;
                    return true;
                }

                return RefuseRdAll(leaf, ref r, page);
            },
            module);

        Assert.StartsWith("The TDX module's version did not read the same", MetadataSweep.SweepRaw(changing).Reason, StringComparison.Ordinal);
        Assert.Equal(6UL, build);
    }

    private static bool RefuseRdAll(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        registers.Rax = leaf == 37 ? 0xC000_0100_0000_0000 : registers.Rax;
        return leaf == 37;
    }

    private static bool Overflow(ref SeamcallRegisters registers, Span<byte> page, ulong next)
    {
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
