using System.Buffers.Binary;
using System.Collections.Concurrent;
using CsCheck;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>The emulated module in C and the model in C# give one answer, whatever becomes of a layout that Linux would hand over.</summary>
public sealed class SysConfigProperties
{
    private const ulong Unit = 4 * ByteSize.MiB;
    private const ulong ArrayAddress = 0x100_0000;
    private const ulong FirstInfoAddress = 0x100_1000;
    private const ulong StatusMask = 0xFFFF_FFFF_0000_0000;
    private const int InfoWords = 40;

    private static readonly ulong[] Deltas =
        [1, 0x200, 0x1000, 2 * ByteSize.MiB, Unit, ByteSize.GiB, 2 * ByteSize.GiB, 1UL << 46, 1UL << 51, 1UL << 52, 1UL << 63];

    private static readonly Gen<Block> AnyBlock = Gen.Select(Gen.ULong[0, 300], Gen.ULong[64, 700], Gen.Int[0, 1], (gap, size, node) => new Block(gap, size, node));

    private static readonly Gen<Change> AnyChange = Gen.Select(
        Gen.Enum<ChangeKind>(), Gen.Int[0, 7], Gen.OneOf(Gen.Int[0, 15], Gen.Int[0, InfoWords - 1]), Gen.Int[0, InfoWords - 1], Gen.Int[0, Deltas.Length - 1],
        (kind, tdmr, word, other, delta) => new Change(kind, tdmr, word, other, Deltas[delta]));

    private static readonly Gen<SysConfigCase> Cases = CasesOf(dynamicPamt: false);
    private static readonly Gen<SysConfigCase> DynamicPamtCases = CasesOf(dynamicPamt: true);

    [Fact]
    public void SysConfig_ChangedLayout_AnswersAsTheModel() => Compare(Cases, "tdx-1.5.08-emr");

    [Fact]
    public void SysConfig_ChangedLayoutWithDynamicPamt_AnswersAsTheModel() => Compare(DynamicPamtCases, "tdx-2.0.08-gnr");

    private static void Compare(Gen<SysConfigCase> cases, string profile)
    {
        var statuses = new ConcurrentDictionary<ulong, int>();
        cases.Sample(
            call =>
            {
                using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped(profile));
                SysConfigAnswer native = call.AskLibrary(module);
                statuses.AddOrUpdate(native.Status & StatusMask, 1, (_, count) => count + 1);
                return native == call.AskModel();
            },
            iter: 4_000,
            print: Describe);

        // Success and each class of refusal are worth nothing here unless they occur.
        Assert.Superset(
            new HashSet<ulong>
            {
                SysConfigStatus.Success, SysConfigStatus.OperandInvalid, SysConfigStatus.InvalidTdmr, SysConfigStatus.NonOrderedTdmr,
                SysConfigStatus.TdmrOutsideCmrs, SysConfigStatus.InvalidPamt, SysConfigStatus.PamtOutsideCmrs, SysConfigStatus.PamtOverlap,
                SysConfigStatus.InvalidReservedInTdmr, SysConfigStatus.NonOrderedReservedInTdmr, SysConfigStatus.SysBusy, SysConfigStatus.SysConfigNotPending,
            },
            statuses.Keys.ToHashSet());
    }

    private static Gen<SysConfigCase> CasesOf(bool dynamicPamt) => Gen.Select(AnyBlock.Array[1, 5], AnyChange.Array[0, 3], Gen.Int[0, 40], Gen.ULong,
        (blocks, changes, twist, noise) => Make(blocks, changes, twist, noise, dynamicPamt));

    /// <param name="blocks">Memory, from 4 GiB up.</param>
    /// <param name="changes">What is done to the structures that Linux would write.</param>
    /// <param name="twist">Mostly nothing; else what is done to operands, platform or CMRs.</param>
    /// <param name="noise">For the twist.</param>
    /// <param name="dynamicPamt">Whether the module offers Dynamic PAMT and is asked for it.</param>
    private static SysConfigCase Make(Block[] blocks, Change[] changes, int twist, ulong noise, bool dynamicPamt)
    {
        MemoryBlock[] memory = Lay(blocks);
        var options = new LayoutOptions { Behavior = LinuxBehavior.Upstream with { DynamicPamt = dynamicPamt } };
        TdmrLayout layout = TdmrBuilder.Build(MemoryMap.Create(memory), TdmrLimits.Usual, options);
        byte[] bytes = layout.Error == LayoutError.None ? TdmrInfoWriter.Write(layout, TdmrLimits.Usual) : new byte[SysConfigCase.InfoBytes];
        int slot = layout.Error == LayoutError.None ? TdmrInfoWriter.SlotSize(TdmrLimits.Usual.MaxReservedPerTdmr) : SysConfigCase.InfoBytes;
        foreach (Change change in changes)
        {
            change.Apply(bytes, slot);
        }

        TdmrInfo[] tdmrs = [.. Enumerable.Range(0, bytes.Length / slot).Select(i =>
            SysConfigCase.Parse(FirstInfoAddress + (ulong)(i * slot), bytes.AsSpan(i * slot, SysConfigCase.InfoBytes)))];
        RawRange[] cmrs = [.. memory.Select(block => new RawRange(block.Range.Start.Value, block.Range.Size.Bytes))];
        ulong r8 = dynamicPamt ? SysConfigModel.DynamicPamtOption | 40 : 40;
        SysConfigPlatform platform = Usual(cmrs) with { OffersDynamicPamt = dynamicPamt };
        return Twist(new SysConfigCase(platform, new SysConfigOperands(ArrayAddress, (ulong)tdmrs.Length, r8, tdmrs)), twist, noise);
    }

    private static MemoryBlock[] Lay(Block[] blocks)
    {
        var memory = new MemoryBlock[blocks.Length];
        ulong at = 4 * ByteSize.GiB;
        for (int i = 0; i < blocks.Length; i++)
        {
            at += blocks[i].Gap * Unit;
            memory[i] = new MemoryBlock(new AddressRange(new PhysAddr(at), new PhysAddr(at + (blocks[i].Size * Unit))), blocks[i].Node);
            at += blocks[i].Size * Unit;
        }

        return memory;
    }

    private static SysConfigPlatform Usual(RawRange[] cmrs) => new()
    {
        HkidStartBit = 46,
        HkidBits = 6,
        PrivateHkidMin = 32,
        PrivateHkidMax = 63,
        Seamrr = new RawRange(0x7b00_0000, 0x200_0000),
        Cmrs = cmrs,
    };

    private static SysConfigCase Twist(SysConfigCase call, int twist, ulong noise)
    {
        SysConfigOperands operands = call.Operands;
        SysConfigPlatform platform = call.Platform;

        // Bits 9 to 19 would put one structure over another, and then memory holds only one of them.
        int bit = (int)(noise % 53);
        ulong flip = 1UL << (bit < 9 ? bit : bit + 11);
        int victim = (int)(noise % (ulong)operands.Tdmrs.Count);
        return twist switch
        {
            0 => call with { Operands = operands with { Rcx = operands.Rcx ^ flip } },
            1 => call with { Operands = operands with { Rcx = (noise % 3 * 0x200) + 0x7aff_fe00 + (noise % 2 * 0x200_0000) } },
            2 => call with { Operands = operands with { Rdx = flip > 64 ? flip : 0 } },
            3 => call with { Operands = operands with { R8 = operands.R8 ^ flip } },
            4 => call with { Platform = platform with { GlobalLockHeld = true } },
            5 => call with { Platform = platform with { State = (SysState)(noise % 5), InitializedLogicalProcessors = (uint)(noise % 2) } },
            6 => call with { Platform = platform with { PrivateHkidMin = 41, HkidStartBit = 45 } },
            7 => call with { Operands = operands with { Tdmrs = [.. operands.Tdmrs.Select((tdmr, i) => i == victim ? tdmr with { Address = tdmr.Address ^ flip } : tdmr)] } },
            8 or 9 => call with { Platform = platform with { Cmrs = [.. platform.Cmrs.SelectMany(cmr => Split(cmr, noise))] } },
            10 or 11 => call with { Platform = platform with { Cmrs = [.. platform.Cmrs.Skip(1)] } },
            12 => call with { Operands = operands with { Tdmrs = [.. operands.Tdmrs.Reverse()] } },
            13 => call with { Operands = operands with { R8 = operands.R8 ^ SysConfigModel.DynamicPamtOption } },
            14 => call with { Platform = platform with { HkidStartBit = 47 + (int)(noise % 5), HkidBits = 1, PrivateHkidMin = 1, PrivateHkidMax = 1 }, Operands = operands with { R8 = (operands.R8 & ~0xFFFFUL) | 1 } },
            15 => call with { Operands = operands with { Rdx = operands.Rdx + (noise % 64) } },
            _ => call,
        };
    }

    private static string Describe(SysConfigCase call) =>
        $"{call.AskModel()} {call.Operands} {string.Join(' ', call.Operands.Tdmrs.Select(tdmr => $"{tdmr} [{string.Join(' ', tdmr.Reserved)}]"))} {string.Join(' ', call.Platform.Cmrs)}";

    /// <summary>Two CMRs in place of one, with an empty slot or a lost page between them at times.</summary>
    private static RawRange[] Split(RawRange cmr, ulong noise)
    {
        ulong first = cmr.Size / 2;
        ulong lost = noise % 4 == 0 ? 0x1000UL : 0;
        RawRange[] halves = [new(cmr.Base, first), new(cmr.Base + first + lost, cmr.Size - first - lost)];
        return noise % 3 == 0 ? [halves[0], default, halves[1]] : halves;
    }

    private enum ChangeKind
    {
        Add,
        Subtract,
        Clear,
        Fill,
        Copy,
    }

    private readonly record struct Block(ulong Gap, ulong Size, int Node);

    /// <summary>One word of one structure becomes another.</summary>
    private readonly record struct Change(ChangeKind Kind, int Tdmr, int Word, int Other, ulong Delta)
    {
        public void Apply(byte[] bytes, int slot)
        {
            int count = bytes.Length / slot;
            Span<byte> word = bytes.AsSpan((Tdmr % count * slot) + (Word * sizeof(ulong)));
            ulong was = BinaryPrimitives.ReadUInt64LittleEndian(word);
            ulong other = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(((Tdmr + 1) % count * slot) + (Other * sizeof(ulong))));
            BinaryPrimitives.WriteUInt64LittleEndian(word, Kind switch
            {
                ChangeKind.Add => was + Delta,
                ChangeKind.Subtract => was - Delta,
                ChangeKind.Clear => 0,
                ChangeKind.Fill => ulong.MaxValue,
                _ => other,
            });
        }
    }
}
