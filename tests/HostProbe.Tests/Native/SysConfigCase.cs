using System.Buffers.Binary;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>One call of TDH.SYS.CONFIG, which the emulated module in C and the model in C# both answer.</summary>
internal sealed record SysConfigCase(SysConfigPlatform Platform, SysConfigOperands Operands)
{
    public const int InfoBytes = 512;

    private const ulong SysShutdownStatus = 0xC000_0506_0000_0000;
    private const int PamtWords = 2;
    private const int ReservedWords = 8;

    public SysConfigAnswer AskModel() => SysConfigModel.Call(Platform, Operands);

    /// <summary>Sets the emulated platform up anew, and lays array and structures into its memory.</summary>
    public SysConfigAnswer AskLibrary(EmulatedModule module)
    {
        module.Configure(Platform);
        byte[] addresses = new byte[sizeof(ulong) * Operands.Tdmrs.Count];
        for (int i = 0; i < Operands.Tdmrs.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(addresses.AsSpan(i * sizeof(ulong)), Operands.Tdmrs[i].Address);
            WriteWhereMemoryCanBe(module, Operands.Tdmrs[i].Address, ToBytes(Operands.Tdmrs[i]));
        }

        WriteWhereMemoryCanBe(module, Operands.Rcx, addresses);
        SysConfigAnswer answer = module.SysConfig(Operands.Rcx, Operands.Rdx, Operands.R8);
        return Platform.State == SysState.SysShutdown ? BehindTheDispatcher(answer) : answer;
    }

    /// <summary>Vectors and model speak of the leaf's function. After shutdown the module's dispatcher refuses every leaf before its function is
    /// asked, so that only the dispatcher can be seen; native/tests/test_sys_config.c asks the function.</summary>
    private SysConfigAnswer BehindTheDispatcher(SysConfigAnswer answer)
    {
        Assert.Equal(SysShutdownStatus, answer.Status);
        return answer with { Status = AskModel().Status };
    }

    /// <summary>The structure at an address, from its bytes.</summary>
    public static TdmrInfo Parse(ulong address, ReadOnlySpan<byte> bytes)
    {
        ulong[] words = new ulong[ReservedWords + (2 * TdmrInfo.MaxReservedAreas)];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        }

        return new TdmrInfo(address, At(0), At(PamtWords + 4), At(PamtWords + 2), At(PamtWords),
            [.. Enumerable.Range(0, TdmrInfo.MaxReservedAreas).Select(i => At(ReservedWords + (2 * i)))]);

        RawRange At(int word) => new(words[word], words[word + 1]);
    }

    private static byte[] ToBytes(TdmrInfo info)
    {
        byte[] bytes = new byte[InfoBytes];
        RawRange[] ranges = [info.Tdmr, info.Pamt1G, info.Pamt2M, info.Pamt4K, .. info.Reserved.Take(TdmrInfo.MaxReservedAreas)];
        for (int i = 0; i < ranges.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2 * i * sizeof(ulong)), ranges[i].Base);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(((2 * i) + 1) * sizeof(ulong)), ranges[i].Size);
        }

        return bytes;
    }

    /// <summary>An address that no memory can have is one that the module must refuse before it reads there.</summary>
    private static void WriteWhereMemoryCanBe(EmulatedModule module, ulong address, byte[] bytes)
    {
        if (bytes.Length > 0 && address <= PhysAddr.MaxValue - (ulong)bytes.Length)
        {
            module.Write(new PhysAddr(address), bytes);
        }
    }
}
