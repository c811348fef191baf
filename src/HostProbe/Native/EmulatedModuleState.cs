using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Native;

/// <content>Where the module, its processors, packages and TDMRs are.</content>
public sealed unsafe partial class EmulatedModule
{
    private const int MaxPackages = 8;
    private const int MaxTdmrs = 64;

    private delegate int List<T>(TransportHandle transport, T* entries, uint capacity, uint* count, NativeError* error)
        where T : unmanaged;

    /// <summary>Where the module is in its life.</summary>
    public EmulatedModuleState State
    {
        get
        {
            NativeModuleState state;
            NativeError error;
            int code = NativeMethods.GetState(_transport.Handle, &state, &error);
            NativeTransport.ThrowUnlessOk(code, in error);
            return new EmulatedModuleState
            {
                State = (EmulatedSysState)state.SysState,
                Hkid = state.GlobalPrivateKeyid,
                TdmrCount = (int)state.TdmrCount,
                PageCount = (int)state.PageCount,
                Processors = (int)state.ProcessorCount,
                InitializedProcessors = (int)state.InitializedProcessors,
                InstallingProcessors = (int)state.InstallingProcessors,
                Packages = (int)state.PackageCount,
                KeyedPackages = (int)state.KeyedPackages,
                RemainingUpdates = (int)state.RemainingUpdates,
                HandoffVersion = state.HandedOver != 0 ? (int)state.HandoffVersion : null,
                HandoffTdmrCount = (int)state.HandoffTdmrCount,
                TdmrSize = new ByteSize(state.TdmrBytes),
                InitializedSize = new ByteSize(state.InitializedBytes),
                FaultsStruck = (long)state.FaultsStruck,
                Revision = (long)state.Revision,
                Profile = NativeMethods.Text(state.Profile, NativeModuleState.ProfileBytes),
            };
        }
    }

    /// <summary>The logical processors, in order.</summary>
    public IReadOnlyList<EmulatedProcessor> Processors =>
        [.. Entries<NativeProcessor>(NativeMethods.GetProcessors, State.Processors).Select(native => new EmulatedProcessor(
            (int)native.Package, native.Initialized != 0, native.Installing != 0, native.LastLeaf == 0 ? null : (EmulatedLeaf)native.LastLeaf, native.LastStatus))];

    /// <summary>The packages, in order.</summary>
    public IReadOnlyList<EmulatedPackage> Packages =>
        [.. Entries<NativePackage>(NativeMethods.GetPackages, MaxPackages).Select(native => new EmulatedPackage((int)native.FirstProcessor, (int)native.ProcessorCount, native.Keyed != 0))];

    /// <summary>The TDMRs of an accepted configuration, ascending.</summary>
    public IReadOnlyList<EmulatedTdmr> Tdmrs =>
        [.. Entries<NativeTdmr>(NativeMethods.GetTdmrs, MaxTdmrs).Select(native => new EmulatedTdmr(new AddressRange(native.Base, native.Base + native.Size), new ByteSize(native.Initialized)))];

    private T[] Entries<T>(List<T> list, int capacity)
        where T : unmanaged
    {
        var entries = new T[capacity];
        uint count;
        NativeError error;
        fixed (T* first = entries)
        {
            NativeTransport.ThrowUnlessOk(list(_transport.Handle, first, (uint)capacity, &count, &error), in error);
        }

        return entries[..(int)Math.Min(count, (uint)capacity)];
    }
}
