using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Native;

/// <summary>Where an emulated module is in its life.</summary>
/// <param name="State">The module's state.</param>
/// <param name="Hkid">The global private HKID that it keeps; 0 before TDH.SYS.CONFIG accepted its operands.</param>
/// <param name="TdmrCount">TDMRs of an accepted configuration; else 0.</param>
/// <param name="PageCount">Pages of 4 KiB of emulated memory that were written.</param>
public sealed record EmulatedModuleState(SysState State, uint Hkid, int TdmrCount, int PageCount);

/// <summary>An emulated module of libtdxdash whose platform can be set up and whose state can change. It stands for no
/// real module: everything that it says is emulated.</summary>
public sealed unsafe class EmulatedModule : IDisposable
{
    /// <summary>Leaf number of TDH.SYS.CONFIG (Intel TDX module ABI specification).</summary>
    private const ulong SysConfigLeaf = 45;

    private readonly NativeTransport _transport;

    private EmulatedModule(NativeTransport transport) => _transport = transport;

    /// <summary>The module as everything else sees it.</summary>
    public ISeamcallTransport Transport => _transport;

    /// <summary>Where the module is in its life.</summary>
    public EmulatedModuleState State
    {
        get
        {
            NativeModuleState state;
            NativeError error;
            int code = NativeMethods.GetState(_transport.Handle, &state, &error);
            NativeTransport.ThrowUnlessOk(code, in error);
            return new EmulatedModuleState((SysState)state.SysState, state.GlobalPrivateKeyid, (int)state.TdmrCount, (int)state.PageCount);
        }
    }

    /// <summary>Starts an emulated module that may change its state.</summary>
    /// <param name="profilePath">The profile's file.</param>
    /// <exception cref="SeamcallTransportException">The profile is absent or malformed; the message names file, line and remedy.</exception>
    public static EmulatedModule Open(string profilePath)
    {
        NativeTransport transport = NativeTransport.OpenEmulated(profilePath, []);
        try
        {
            NativeError error;
            NativeTransport.ThrowUnlessOk(NativeMethods.AllowStateChanges(transport.Handle, &error), in error);
            return new EmulatedModule(transport);
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Sets up the platform anew, in place of what the profile says: the memory is empty, nothing is configured.</summary>
    /// <exception cref="SeamcallTransportException">There can be no such platform; the message names what is wrong.</exception>
    public void Configure(SysConfigPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Cmrs.Count > NativePlatform.MaxCmrs)
        {
            throw new SeamcallTransportException($"{platform.Cmrs.Count} CMRs are given, but a platform has at most {NativePlatform.MaxCmrs}.", "Give fewer, larger ranges.");
        }

        var native = new NativePlatform
        {
            MaxPaBits = SysConfigPlatform.PhysicalAddressBits,
            KeyidStartBit = (uint)platform.HkidStartBit,
            KeyidBits = (uint)platform.HkidBits,
            FirstPrivateKeyid = platform.PrivateHkidMin,
            LastPrivateKeyid = platform.PrivateHkidMax,
            LogicalProcessors = platform.LogicalProcessors,
            InitializedLogicalProcessors = platform.InitializedLogicalProcessors,
            SysState = (uint)platform.State,
            GlobalLock = platform.GlobalLockHeld ? 1u : 0,
            CmrCount = (uint)platform.Cmrs.Count,
            SeamrrBase = platform.Seamrr.Base,
            SeamrrSize = platform.Seamrr.Size,
        };
        for (int i = 0; i < platform.Cmrs.Count; i++)
        {
            native.Cmrs[2 * i] = platform.Cmrs[i].Base;
            native.Cmrs[(2 * i) + 1] = platform.Cmrs[i].Size;
        }

        NativeError error;
        int code = NativeMethods.Configure(_transport.Handle, &native, &error);
        NativeTransport.ThrowUnlessOk(code, in error);
    }

    /// <summary>Writes to the emulated memory, wholly or not at all; memory that was never written reads as zero.</summary>
    /// <param name="address">The physical address, with the bits of a shared HKID if it has one.</param>
    /// <param name="bytes">What to write.</param>
    /// <exception cref="SeamcallTransportException">The bytes leave the physical address space, or more than 1,024 pages would be in use.</exception>
    public void Write(PhysAddr address, ReadOnlySpan<byte> bytes)
    {
        NativeError error;
        int code;
        fixed (byte* first = bytes)
        {
            code = NativeMethods.Write(_transport.Handle, address.Value, first, (ulong)bytes.Length, &error);
        }

        NativeTransport.ThrowUnlessOk(code, in error);
    }

    /// <summary>Calls TDH.SYS.CONFIG.</summary>
    /// <param name="rcx">The physical address of the array of TDMR_INFO addresses.</param>
    /// <param name="rdx">The number of TDMRs.</param>
    /// <param name="r8">The global private HKID.</param>
    /// <exception cref="SeamcallTransportException">The call was not executed.</exception>
    public SysConfigAnswer SysConfig(ulong rcx, ulong rdx, ulong r8)
    {
        var registers = new SeamcallRegisters { Rcx = rcx, Rdx = rdx, R8 = r8 };
        _transport.Seamcall(SysConfigLeaf, ref registers, default);
        EmulatedModuleState state = State;
        return new SysConfigAnswer(registers.Rax, state.State, state.Hkid);
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
