using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class PlanTextTests
{
    private const ulong GiB = ByteSize.GiB;

    [Fact]
    public void Parse_TheExampleOfTheDocuments_IsUnderstood()
    {
        PlanSpec spec = Accepted("2 sockets × 1 TiB, hole 2G-4G, cxl 512G@node2, hot-plug 256G").Spec!;

        Assert.Equal([new PlanSockets(2, 1, 1, new ByteSize(ByteSize.TiB))], spec.Sockets);
        Assert.Equal([new AddressRange(2 * GiB, 4 * GiB)], spec.Holes);
        Assert.Equal([new PlanExtra(PlanExtraKind.Cxl, new ByteSize(512 * GiB), 2), new PlanExtra(PlanExtraKind.HotPlug, new ByteSize(256 * GiB))], spec.Extras);
        Assert.Equal("2 sockets x 1 TiB, hole 0x80000000-0x100000000, cxl 512 GiB@node2, hot-plug 256 GiB", spec.ToString());
    }

    [Theory]
    [InlineData("2 sockets x 2 nodes x 8 dimms x 64 GiB", "2 sockets x 2 nodes x 8 dimms x 64 GiB")]
    [InlineData("1 Socket*1.5TiB", "1 socket x 1536 GiB")]
    [InlineData("4 nodes x 256G", "1 socket x 4 nodes x 256 GiB")]
    [InlineData("1 socket x 64G # a remark, with a comma\n; host 8 GiB", "1 socket x 64 GiB, host 8 GiB")]
    [InlineData("name Rack 7, ram 0x1000-0x80000000@node3, cmr 1M-2G", "name Rack 7, ram 0x1000-0x80000000@node3, cmr 0x100000-0x80000000")]
    [InlineData("1 socket x 64G, firmware 18 x 64K in 1M-1G, firmware 0x60000000-0x61000000", "1 socket x 64 GiB, firmware 18 x 64 KiB in 0x100000-0x40000000, firmware 0x60000000-0x61000000")]
    [InlineData("1 socket x 64G, add 16G at 1T, module 2.0.08, max-tdmrs 32, max-reserved 8, pamt-entries 16/16/32", "1 socket x 64 GiB, add 16 GiB at 0x10000000000, module tdx-2.0.08-gnr, max-tdmrs 32, max-reserved 8, pamt-entries 16/16/32")]
    [InlineData("1 socket x 64G, dynamic-pamt on, holes-from cmrs, keyids 32, address-bits 46", "1 socket x 64 GiB, dynamic-pamt, holes-from cmrs, keyids 32, address-bits 46")]
    [InlineData("1 socket x 64G, dynamic-pamt off 2 bits", "1 socket x 64 GiB, dynamic-pamt off 2 bits")]
    [InlineData("1 socket x 64G, dynamic-pamt off, holes-from memory", "1 socket x 64 GiB")]
    [InlineData("1 socket x 64G, tds 3 x 8 GiB x 4 vcpus, tds 1 x 2G, use 12.5%, small-pages 80 %", "1 socket x 64 GiB, tds 3 x 8 GiB x 4 vcpus, tds 1 x 2 GiB, use 12.5%, small-pages 80%")]
    public void Parse_EachClause_HasOneCanonicalForm(string text, string canonical)
    {
        PlanSpec spec = Accepted(text).Spec!;

        Assert.Equal(canonical, PlanText.Write(spec));
        Assert.Equal(spec, Accepted(canonical).Spec);
    }

    [Theory]
    [InlineData("2 sockets x 1 TB", 13, 4, "powers of ten")]
    [InlineData("2 sockets x 1 TiB, hole 4G-2G", 25, 5, "runs backwards")]
    [InlineData("2 sockets x 1 TiB, foo 3", 20, 3, "'foo' is no clause")]
    [InlineData("0 sockets x 1 TiB", 1, 9, "no number of sockets")]
    [InlineData("2 sockets x 0 nodes x 8 GiB", 13, 7, "no number of nodes")]
    [InlineData("2 sockets x 0 dimms x 8 GiB", 13, 7, "no number of DIMMs")]
    [InlineData("2 sockets x 0 GiB", 13, 5, "The size of memory is 0.")]
    [InlineData("2 sockets", 9, 1, "memory of a socket is expected")]
    [InlineData("1 socket x 8 PiB", 12, 5, "no size of memory")]
    [InlineData("1 socket x 5000 TiB", 12, 8, "2^52")]
    [InlineData("2 sockets x 4096 TiB", 1, 20, "2^52")]
    [InlineData("hole 2G-4G", 1, 10, "no memory")]
    [InlineData("", 1, 1, "no memory")]
    [InlineData("ram 0-4G, ram 8G-12G@node1, ram 3G-9G", 29, 9, "The memory [0xc0000000, 0x240000000) of node 0 overlaps the memory [0x0, 0x100000000) of node 0.")]
    [InlineData("1 socket x 8G, hole 1G-2G, hole 0-1025M", 28, 12, "The hole [0x0, 0x40100000) overlaps the hole [0x40000000, 0x80000000).")]
    [InlineData("1 socket x 8G, cxl 1G at 4G", 16, 12, "overlaps the memory [0x0, 0x200000000) of node 0")]
    [InlineData("1 socket x 8G, add 1G at 4095T, add 2T at 4095T", 33, 15, "beyond 2^52")]
    [InlineData("1 socket x 8G, cmr 0-4G, cmr 1G-8G", 26, 9, "The cmr")]
    [InlineData("1 socket x 8G, remove 9 GiB", 16, 12, "9 GiB are to go, where only 8 GiB of memory are.")]
    [InlineData("1 socket x 8G, remove 1 GiB@node3", 16, 18, "1 GiB are to go of node 3, where only 0 B of memory are.")]
    [InlineData("1 socket x 8G, remove 2 GiB at 7G", 16, 18, "2 GiB are to go from 0x1c0000000 on, where only 1 GiB of memory are.")]
    [InlineData("1 socket x 8G, remove 8 GiB", 1, 27, "no memory")]
    [InlineData("1 socket x 8G, firmware 3 x 1G in 1G-3G", 16, 24, "do not fit")]
    [InlineData("2000 sockets x 1G", 1, 12, "no number of sockets")]
    [InlineData("64 sockets x 64 nodes x 1G", 1, 26, "more than 1024 NUMA nodes")]
    [InlineData("1 socket x 8G, keyids 3, keyids 4", 26, 8, "given twice")]
    [InlineData("1 socket x 8G, module tdx-9", 23, 5, "no module 'tdx-9'")]
    [InlineData("1 socket x 8G, ram 0-1G@2000", 25, 4, "no NUMA node")]
    [InlineData("1 socket x 8G, use 101%", 20, 4, "share is expected")]
    [InlineData("1 socket x 8G trailing", 15, 8, "too much here")]
    public void Parse_WhatIsWrong_IsNamedWithItsColumn(string text, int column, int length, string message)
    {
        PlanProblem problem = Assert.Single(PlanText.Parse(text).Problems);

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((1, column, column - 1, length), (problem.Line, problem.Column, problem.Position, problem.Length));
        Assert.StartsWith($"column {column}: ", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralLines_NamesLineAndColumnOfEachProblem()
    {
        PlanParse parse = PlanText.Parse("2 sockets x 1 TiB\nhole 2G\n  keyids many");

        Assert.Equal([(2, 6), (3, 10)], parse.Problems.Select(problem => (problem.Line, problem.Column)));
        Assert.StartsWith("line 2, column 6: ", parse.Problems[0].ToString(), StringComparison.Ordinal);
        Assert.Null(parse.Machine);
    }

    [Fact]
    public void Parse_AMegabyte_IsRefusedWithItsSize()
    {
        PlanProblem problem = Assert.Single(PlanText.Parse(new string('x', 1 << 20)).Problems);

        Assert.Contains("1,048,576 characters; at most 65,536", problem.Message, StringComparison.Ordinal);
        Assert.Equal((PlanText.MaxLength, 1, PlanText.MaxLength + 1), (problem.Position, problem.Line, problem.Column));
        PlanProblem ofLines = Assert.Single(PlanText.Parse(string.Concat(Enumerable.Repeat("# nine of\n", 10_000))).Problems);
        Assert.Equal((PlanText.MaxLength, 6_554, 7), (ofLines.Position, ofLines.Line, ofLines.Column));
    }

    [Fact]
    public void Write_AnyPlan_ReadsAsTheSamePlan() => PlanGenerator.Plans.Sample(spec =>
    {
        PlanParse parse = PlanText.Parse(PlanText.Write(spec));
        PlanException? impossible = Record.Exception(() => PlanMachine.From(spec)) as PlanException;
        Assert.Equal(impossible is null, parse.Spec is not null);
        if (parse.Spec is { } read)
        {
            Assert.Equal(spec, read);
            Assert.Equal(PlanMachine.From(spec).Map.Blocks, parse.Machine!.Map.Blocks);
        }
        else
        {
            Assert.Equal(impossible!.Reason, Assert.Single(parse.Problems).Message);
        }
    });

    [Fact]
    public void Sockets_WithAHole_KeepAllTheirMemory()
    {
        PlanMachine machine = Accepted("2 sockets x 64 GiB, hole 2G-4G").Machine!;

        Assert.Equal(128 * GiB, machine.Memory.Bytes);
        Assert.Equal(
            [(0UL, 2 * GiB, 0), (4 * GiB, 66 * GiB, 0), (66 * GiB, 130 * GiB, 1)],
            machine.Map.Blocks.Select(block => (block.Range.Start.Value, block.Range.End.Value, block.Node)));
    }

    [Fact]
    public void Firmware_OfSockets_IsLostToLinuxAndSpannedByTheCmrs()
    {
        PlanMachine machine = Accepted("1 socket x 8 GiB, firmware 0x60000000-0x61000000").Machine!;

        Assert.Equal((8 * GiB) - (16 * ByteSize.MiB), machine.Memory.Bytes);
        Assert.Equal([new AddressRange(ByteSize.MiB, 8 * GiB)], machine.Cmrs);
    }

    [Fact]
    public void Cxl_HasANodeOfItsOwnAndNoCmr()
    {
        PlanMachine machine = Accepted("2 sockets x 64 GiB, cxl 512G").Machine!;

        Assert.Equal(2, machine.Map.Blocks[^1].Node);
        Assert.Equal([new AddressRange(ByteSize.MiB, 128 * GiB)], machine.Cmrs);
    }

    [Theory]
    [InlineData("2 sockets x 64 GiB, remove 16 GiB", "0x0-0x1000000000@0 0x1000000000-0x1c00000000@1")]
    [InlineData("2 sockets x 64 GiB, remove 16 GiB@node0", "0x0-0xc00000000@0 0x1000000000-0x2000000000@1")]
    [InlineData("2 sockets x 64 GiB, remove 80 GiB", "0x0-0xc00000000@0")]
    [InlineData("2 sockets x 64 GiB, remove 2 GiB at 2G", "0x0-0x80000000@0 0x100000000-0x1000000000@0 0x1000000000-0x2000000000@1")]
    [InlineData("2 sockets x 64 GiB, remove 1 GiB@node0, remove 1 GiB@node0", "0x0-0xf80000000@0 0x1000000000-0x2000000000@1")]
    [InlineData("remove 4 GiB@node1, 1 socket x 8 GiB, add 4 GiB@node1", "0x0-0x200000000@0")]
    public void Remove_TakesMemoryFromTheUpperEndAndItsCmrs(string text, string blocks)
    {
        PlanMachine machine = Accepted(text).Machine!;

        Assert.Equal(blocks, string.Join(' ', machine.Map.Blocks.Select(block => $"{block.Range.Start}-{block.Range.End}@{block.Node}")));
        Assert.All(machine.Cmrs, cmr => Assert.Contains(machine.Map.Blocks, block => block.Range.Overlaps(cmr)));
        Assert.All(machine.Map.Blocks.Where(block => block.Range.Start.Value > 0), block => Assert.Contains(machine.Cmrs, cmr => cmr.Contains(block.Range)));
    }

    [Theory]
    [InlineData("ram 0-8G, cmr 1M-8G, add 2 GiB at 8G", "0x100000-0x280000000")]
    [InlineData("ram 0-8G, cmr 1M-8G, add 2 GiB at 16G", "0x100000-0x200000000 0x400000000-0x480000000")]
    [InlineData("ram 0-8G, cmr 1M-4G, cmr 4G-16G, add 2 GiB at 15G", "0x100000-0x100000000 0x100000000-0x440000000")]
    [InlineData("ram 0-8G, cmr 1M-4G, cmr 4G-8G, remove 1 GiB at 3584M", "0x100000-0xe0000000 0x120000000-0x200000000")]
    [InlineData("ram 0-8G, cmr 1M-8G, remove 5000 B", "0x100000-0x1ffffe000")]
    [InlineData("ram 0-8G, cmr 1M-8G, cxl 2 GiB at 8G", "0x100000-0x200000000")]
    public void Cmrs_ThatAreGiven_FollowWhatIsAddedAndRemoved(string text, string cmrs) =>
        Assert.Equal(cmrs, string.Join(' ', Accepted(text).Machine!.Cmrs.Select(cmr => $"{cmr.Start}-{cmr.End}")));

    [Fact]
    public void DynamicPamt_OnAModuleWithoutIt_StaysStaticAndSaysSo()
    {
        PlanMachine machine = Accepted("1 socket x 64G, module tdx-1.5.08-emr, dynamic-pamt").Machine!;

        Assert.False(machine.UsesDynamicPamt);
        Assert.Contains(machine.Notes, note => note.Contains("does not offer Dynamic PAMT", StringComparison.Ordinal));
        Assert.True(Accepted("1 socket x 64G, module tdx-2.0.08-gnr, dynamic-pamt").Machine!.UsesDynamicPamt);
    }

    [Fact]
    public void DynamicPamt_WithKeyIdsThatBeginTooHigh_StaysStaticAndSaysSo()
    {
        PlanMachine machine = Accepted("1 socket x 64G, dynamic-pamt, address-bits 49").Machine!;

        Assert.False(machine.UsesDynamicPamt);
        Assert.Contains(machine.Notes, note => note.Contains("With 49 address bits below the KeyIDs Linux leaves Dynamic PAMT off", StringComparison.Ordinal));
        Assert.True(Planner.Verdict(machine).Initializes);
    }

    // What a hostile link can ask for: the most pieces, ranges and nodes that fit into a text.
    [Theory]
    [InlineData("firmware 4096 x 4K in 0-1T,", "more than 65536 pieces")]
    [InlineData("add 1G,", null)]
    [InlineData("cxl 1G,", "more than 1024 NUMA nodes")]
    [InlineData("remove 1K,", null)]
    [InlineData("1024 sockets x 1G,", "more than 1024 NUMA nodes")]
    [InlineData("tds 1000000 x 1T,", null)]
    public void Parse_TextFullOfOneClause_EndsSoon(string clause, string? message)
    {
        string text = "1 socket x 1 TiB," + string.Concat(Enumerable.Repeat(clause, (PlanText.MaxLength - 20) / clause.Length));
        PlanParse parse = PlanText.Parse(text);

        Assert.Equal(message is null, parse.Spec is not null);
        Assert.All(parse.Problems, problem => Assert.Contains(message!, problem.Message, StringComparison.Ordinal));
        Assert.True(parse.Machine is null || Planner.Calculate(parse.Machine).Verdict.Sentence.Length > 0);
    }

    internal static PlanParse Accepted(string text)
    {
        PlanParse parse = PlanText.Parse(text);
        Assert.Empty(parse.Problems);
        return parse;
    }
}

/// <summary>Plans that shrink: sockets, ranges, extras, limits and TDs, possible and impossible ones.</summary>
internal static class PlanGenerator
{
    private static readonly Gen<ByteSize> Sizes = Gen.OneOf(Gen.ULong[1, 64].Select(n => new ByteSize(n * ByteSize.GiB)), Gen.ULong[1, 1UL << 45].Select(n => new ByteSize(n)));

    private static readonly Gen<AddressRange> Ranges = Gen.Select(Gen.ULong[0, 1UL << 22], Gen.ULong[1, 1UL << 18]).Select((start, pages) => new AddressRange(start << 12, (start + pages) << 12));

    private static readonly Gen<PlanSockets> Sockets = Gen.Select(Gen.Int[1, 8], Gen.Int[1, 4], Gen.Int[1, 16], Sizes).Select((sockets, nodes, dimms, size) => new PlanSockets(sockets, nodes, dimms, size));

    private static readonly Gen<PlanExtra> Extras = Gen.Select(Gen.Int[0, 3], Sizes, Gen.Int[-1, 8], Gen.ULong[0, 1UL << 30]).Select(
        (kind, size, node, at) => new PlanExtra((PlanExtraKind)kind, size, node < 0 ? null : node, at % 3 == 0 ? new PhysAddr(at << 12) : null));

    private static readonly Gen<PlanFirmware> Firmware = Gen.Select(Gen.Int[1, 20], Gen.ULong[1, 64], Ranges).Select(
        (pieces, pages, range) => pieces == 1 ? new PlanFirmware(1, range.Size, range) : new PlanFirmware(pieces, new ByteSize(pages << 12), range));

    private static readonly Gen<PlanTds> Tds = Gen.Select(Gen.Int[1, 100], Sizes, Gen.Int[1, 64]).Select((count, size, vcpus) => new PlanTds(count, size, vcpus));

    public static Gen<PlanSpec> Plans => Gen.Select(Sockets.Array[0, 3], Ranges.Array[0, 3], Ranges.Array[0, 2], Firmware.Array[0, 2], Extras.Array[0, 3], Tds.Array[0, 2], Rest).Select(
        (sockets, ram, holes, firmware, extras, tds, rest) => rest with
        {
            Sockets = sockets,
            Ram = [.. ram.Select((range, i) => new MemoryBlock(range, i))],
            Holes = holes,
            Firmware = firmware,
            Extras = extras,
            Tds = tds,
        });

    private static Gen<PlanSpec> Rest => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 100], Gen.Bool, Gen.Int[0, 10_000], Gen.Int[30, 52], Gen.UShort).Select((module, keys, dynamic, share, bits, limit) => new PlanSpec
    {
        Name = keys % 2 == 0 ? null : $"plan {keys}",
        Module = module == 3 ? null : PlanModules.All[module].Name,
        MaxTdmrs = limit % 3 == 0 ? limit : null,
        MaxReserved = limit % 5 == 0 ? limit : null,
        PamtEntries = limit % 7 == 0 ? (limit, 16, 32) : null,
        DynamicPamt = dynamic,
        BitmapBits = (byte)(share % 4 == 0 ? 2 : 1),
        HolesFrom = share % 9 == 0 ? HoleSource.Cmrs : HoleSource.MemoryList,
        KeyIds = keys % 3 == 0 ? null : keys,
        AddressBits = bits % 2 == 0 ? null : bits,
        Host = new ByteSize((ulong)share << 20),
        Use = keys % 5 == 0 ? null : share / 100m,
        SmallPages = (10_000 - share) / 100m,
    });
}
