using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Native;

/// <summary>An emulated module of libtdxdash whose platform can be set up and whose state can change, from SEAMLDR.INSTALL to an update. It
/// stands for no real module: everything that it says is emulated. Calls may come from several threads at once.</summary>
public sealed unsafe partial class EmulatedModule : IDisposable
{
    /// <summary>The installs that the P-SEAMLDR of an emulated platform allows where nothing else is said: assumed.</summary>
    public const int UsualMaxUpdates = 16;

    private readonly NativeTransport _transport;
    private readonly Lock _calls = new();

    private EmulatedModule(NativeTransport transport) => _transport = transport;

    /// <summary>The module as everything else sees it.</summary>
    public ISeamcallTransport Transport => _transport;

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

    /// <summary>Sets up the platform anew, in place of what the profile says: the memory is empty, nothing is configured, staged or ordered.</summary>
    /// <param name="platform">KeyIDs, SEAM range, CMRs and processors, and where the module's life begins.</param>
    /// <param name="packages">At most 8 and no more than processors; 0: as NUM_PKGS of the profile says.</param>
    /// <param name="maxUpdates">The installs that the P-SEAMLDR allows from a load on, that one included.</param>
    /// <param name="isLoaded">Whether a module is loaded; where not, its life begins by SEAMLDR.INSTALL.</param>
    /// <exception cref="SeamcallTransportException">There can be no such platform; the message names what is wrong.</exception>
    public void Configure(SysConfigPlatform platform, int packages = 0, int maxUpdates = UsualMaxUpdates, bool isLoaded = true)
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
            SysState = isLoaded ? (uint)platform.State : (uint)EmulatedSysState.NoModule,
            GlobalLock = platform.GlobalLockHeld ? 1u : 0,
            Packages = (uint)packages,
            MaxUpdates = (uint)maxUpdates,
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

    /// <summary>Lays a module image ready for SEAMLDR.INSTALL, with its SEAMLDR_PARAMS at an address of the emulated memory. What the profile says
    /// is what will be loaded; packages and CMRs stay those of the platform.</summary>
    /// <param name="profilePath">The profile's file; its lines about a platform are not used.</param>
    /// <param name="scenario">Whether it is to be loaded, or to be updated to.</param>
    /// <param name="address">A multiple of 4,096: RCX of SEAMLDR.INSTALL.</param>
    /// <exception cref="SeamcallTransportException">The profile is absent or malformed or has no fields for CMRs, or the address cannot be.</exception>
    public void Stage(string profilePath, InstallScenario scenario, PhysAddr address)
    {
        ArgumentException.ThrowIfNullOrEmpty(profilePath);
        NativeError error;
        int code = NativeMethods.Stage(_transport.Handle, profilePath, (uint)scenario, address.Value, &error);
        NativeTransport.ThrowUnlessOk(code, in error);
    }

    /// <summary>Orders faults in place of those ordered before.</summary>
    /// <param name="seed">Decides the chance of faults that strike less than always: the same seed and the same calls meet the same.</param>
    /// <param name="faults">At most 16; empty for none.</param>
    /// <exception cref="SeamcallTransportException">There can be no such fault; the message names it and why.</exception>
    public void Inject(ulong seed, IReadOnlyList<EmulatedFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        NativeFault[] native = [.. faults.Select(fault => fault.ToNative())];
        NativeError error;
        fixed (NativeFault* first = native)
        {
            int code = NativeMethods.Inject(_transport.Handle, seed, first, (uint)native.Length, &error);
            NativeTransport.ThrowUnlessOk(code, in error);
        }
    }

    /// <summary>Calls a leaf that changes state, on one processor.</summary>
    /// <param name="cpu">The logical processor that calls.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="registers">In and out.</param>
    /// <returns>RAX: the completion status.</returns>
    /// <exception cref="SeamcallTransportException">There is no such processor, or no module runs that could answer.</exception>
    public ulong Call(int cpu, EmulatedLeaf leaf, ref SeamcallRegisters registers)
    {
        lock (_calls)
        {
            SetCpu(cpu);
            _transport.Seamcall((ulong)leaf, ref registers, default);
            return registers.Rax;
        }
    }

    /// <summary>Calls a leaf that changes state and takes no operand but RCX, on one processor.</summary>
    /// <param name="cpu">The logical processor that calls.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="rcx">RCX.</param>
    /// <returns>RAX: the completion status.</returns>
    /// <exception cref="SeamcallTransportException">There is no such processor, or no module runs that could answer.</exception>
    public ulong Call(int cpu, EmulatedLeaf leaf, ulong rcx = 0)
    {
        var registers = new SeamcallRegisters { Rcx = rcx };
        return Call(cpu, leaf, ref registers);
    }

    /// <summary>Chooses the processor that calls through <see cref="Transport"/> come from; 0 at first, and after <see cref="Call(int, EmulatedLeaf, ulong)"/>
    /// the one that called.</summary>
    /// <exception cref="SeamcallTransportException">There is no such processor.</exception>
    public void SetCpu(int cpu)
    {
        NativeError error;
        NativeTransport.ThrowUnlessOk(NativeMethods.SetCpu(_transport.Handle, (uint)cpu, &error), in error);
    }

    /// <summary>Calls TDH.SYS.CONFIG.</summary>
    /// <param name="rcx">The physical address of the array of TDMR_INFO addresses.</param>
    /// <param name="rdx">The number of TDMRs.</param>
    /// <param name="r8">The global private HKID.</param>
    /// <exception cref="SeamcallTransportException">The call was not executed.</exception>
    public SysConfigAnswer SysConfig(ulong rcx, ulong rdx, ulong r8)
    {
        var registers = new SeamcallRegisters { Rcx = rcx, Rdx = rdx, R8 = r8 };
        _transport.Seamcall((ulong)EmulatedLeaf.SysConfig, ref registers, default);
        EmulatedModuleState state = State;
        return new SysConfigAnswer(registers.Rax, (SysState)state.State, state.Hkid);
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
