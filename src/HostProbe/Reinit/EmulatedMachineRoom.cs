using System.Buffers.Binary;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Reinit;

/// <summary>The emulated platform that a machine's module runs on: its processors, packages, CMRs and KeyIDs, and the TDMRs that Linux
/// would build of its memory.</summary>
/// <param name="shape">The machine.</param>
/// <param name="steps">Builds the layout.</param>
internal sealed class EmulatedMachineRoom(DemoShape shape, SnapshotSteps steps)
{
    /// <summary>Where SEAMLDR_PARAMS lies.</summary>
    public const ulong Params = 0x200_0000;

    private const ulong TdmrArray = 0x100_0000, FirstTdmrInfo = 0x101_0000;
    private const int KeyIdStartBit = 46;

    /// <summary>Logical processors.</summary>
    public int Processors { get; } = Math.Min(shape.Cpu.Cores * shape.Cpu.Threads * shape.Sockets, 1_024);

    /// <summary>Packages.</summary>
    public int Packages { get; } = shape.Sockets;

    /// <summary>The layout that Linux would build.</summary>
    public TdmrLayout Layout { get; } = steps.Layout(MemoryMap.Create(Memory(shape)), TdmrLimits.Usual, new LayoutOptions
    {
        Behavior = LinuxBehavior.For(DemoSources.Release(shape.Kernel)),
        Cmrs = EmulatedCmrs.Of(Memory(shape)),
    });

    /// <summary>The first private KeyID and the one behind the last.</summary>
    public (uint First, uint End) KeyIds => (shape.FirstKeyId, shape.KeyIdEnd);

    /// <summary>Sets the platform up.</summary>
    /// <param name="machine">The emulated module.</param>
    /// <param name="isReady">Whether its module is ready already; where not, none is loaded.</param>
    public void SetUp(EmulatedModule machine, bool isReady) => machine.Configure(new SysConfigPlatform
    {
        HkidStartBit = KeyIdStartBit,
        HkidBits = System.Numerics.BitOperations.Log2(System.Numerics.BitOperations.RoundUpToPowerOf2(shape.KeyIdEnd)),
        PrivateHkidMin = shape.FirstKeyId,
        PrivateHkidMax = shape.KeyIdEnd - 1,
        Seamrr = default,
        Cmrs = [.. EmulatedCmrs.Of(Memory(shape)).Select(cmr => new RawRange(cmr.Start.Value, cmr.Size.Bytes))],
        LogicalProcessors = (uint)Processors,
        InitializedLogicalProcessors = isReady ? (uint)Processors : 0,
        State = isReady ? SysState.SysReady : SysState.SysInitPending,
    }, Packages, isLoaded: isReady);

    /// <summary>Lays the TDMRs into the emulated memory.</summary>
    /// <returns>RCX and RDX of TDH.SYS.CONFIG: the address of the array and the number of TDMRs.</returns>
    public (ulong Array, ulong Count) LayTdmrs(EmulatedModule machine)
    {
        byte[] infos = TdmrInfoWriter.Write(Layout, TdmrLimits.Usual);
        int slot = TdmrInfoWriter.SlotSize(TdmrLimits.Usual.MaxReservedPerTdmr);
        byte[] addresses = new byte[Layout.Tdmrs.Count * sizeof(ulong)];
        for (int i = 0; i < Layout.Tdmrs.Count; i++)
        {
            ulong address = FirstTdmrInfo + (ulong)(i * slot);
            BinaryPrimitives.WriteUInt64LittleEndian(addresses.AsSpan(i * sizeof(ulong)), address);
            machine.Write(new PhysAddr(address), infos.AsSpan(i * slot, slot));
        }

        machine.Write(new PhysAddr(TdmrArray), addresses);
        return (TdmrArray, (ulong)Layout.Tdmrs.Count);
    }

    private static IReadOnlyList<MemoryBlock> Memory(DemoShape shape) => [.. shape.Memory.Select(range => range.Block)];
}
