using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Tests.Native;

public sealed class EmulatedModuleTests
{
    private static readonly SysConfigPlatform Platform = new()
    {
        HkidStartBit = 46,
        HkidBits = 6,
        PrivateHkidMin = 32,
        PrivateHkidMax = 63,
        Seamrr = default,
        Cmrs = [new RawRange(ByteSize.GiB, ByteSize.GiB)],
    };

    [Fact]
    public void Seamcall_SysConfigWithoutPermission_IsRefusedWithTheRemedy()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-1.5.08-emr"), []);
        var registers = new SeamcallRegisters { Rax = 9 };

        var error = Assert.Throws<SeamcallTransportException>(() => module.Seamcall(45, ref registers, default));

        Assert.Equal("SEAMCALL leaf 0x2d, TDH.SYS.CONFIG, was not executed: it changes state.", error.Reason);
        Assert.Contains("tdxdash_emulated_allow_state_changes", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(9UL, registers.Rax);
    }

    [Fact]
    public void Open_ProfileWithPlatformLines_BeginsThere()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "tdxdash-profile 1\nname x\nsys-state ready\nprocessors 4 2\nfield NUM_PKGS 1\nend\n");
            using EmulatedModule module = EmulatedModule.Open(path);

            EmulatedModuleState state = module.State;
            Assert.Equal((EmulatedSysState.Ready, 4, 2, 1), (state.State, state.Processors, state.InitializedProcessors, state.Packages));
            Assert.Equal((0u, 0, 0, "x"), (state.Hkid, state.TdmrCount, state.PageCount, state.Profile));
            Assert.Equal(Provenance.Emulated, module.Transport.Provenance);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void SysConfig_MemoryNeverWritten_RefusesTdmrOfNoSizeAndKeepsTheHkid()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Configure(Platform);

        SysConfigAnswer answer = module.SysConfig(0x1000, 1, 33);

        Assert.Equal(new SysConfigAnswer(SysConfigStatus.InvalidTdmr, SysState.SysInitDone, 33), answer);
    }

    [Fact]
    public void Configure_ImpossiblePlatform_NamesWhatIsWrong()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));

        var keyId = Assert.Throws<SeamcallTransportException>(() => module.Configure(Platform with { PrivateHkidMax = 64 }));
        var cmrs = Assert.Throws<SeamcallTransportException>(() => module.Configure(Platform with { Cmrs = new RawRange[33] }));

        Assert.Equal("The emulated platform cannot be: last_private_keyid is not a private KeyID.", keyId.Reason);
        Assert.Equal("33 CMRs are given, but a platform has at most 32.", cmrs.Reason);
    }

    [Fact]
    public void Write_BeyondTheAddressSpaceOrTheBound_IsRefusedWhole()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));

        var beyond = Assert.Throws<SeamcallTransportException>(() => module.Write(new PhysAddr(PhysAddr.MaxValue - 1), [1, 2]));
        var full = Assert.Throws<SeamcallTransportException>(() => module.Write(new PhysAddr(1), new byte[1024 * 4096]));

        Assert.Contains("not in the physical address space", beyond.Reason, StringComparison.Ordinal);
        Assert.Contains("at most 1024 pages", full.Reason, StringComparison.Ordinal);
        Assert.Equal(0, module.State.PageCount);
    }

    [Fact]
    public void Call_OnEveryProcessor_ShowsInProcessorsAndPackages()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Configure(Platform with { LogicalProcessors = 6, InitializedLogicalProcessors = 0, State = SysState.SysInitPending }, packages: 2);

        Assert.Equal(0UL, module.Call(3, EmulatedLeaf.SysInit));
        Assert.Equal(0UL, module.Call(4, EmulatedLeaf.SysLpInit));

        Assert.Equal(
            new EmulatedProcessor[]
            {
                new(0, false, false, null, 0), new(0, false, false, null, 0), new(0, false, false, null, 0),
                new(1, false, false, EmulatedLeaf.SysInit, 0), new(1, true, false, EmulatedLeaf.SysLpInit, 0), new(1, false, false, null, 0),
            },
            module.Processors);
        Assert.Equal([new EmulatedPackage(0, 3, false), new EmulatedPackage(3, 3, false)], module.Packages);
        Assert.Empty(module.Tdmrs);
        Assert.Equal((EmulatedSysState.InitDone, 6, 1, 2, 0), (module.State.State, module.State.Processors, module.State.InitializedProcessors, module.State.Packages, module.State.KeyedPackages));
    }

    [Fact]
    public void Call_WithoutModule_SaysThatNoneIsLoadedOrThatOneIsBeingInstalled()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Configure(Platform with { LogicalProcessors = 2 }, isLoaded: false);

        var absent = Assert.Throws<SeamcallTransportException>(() => module.Call(0, EmulatedLeaf.SysInit));
        module.Stage(NativeFiles.Shipped("tdx-1.5.16-srf"), InstallScenario.Load, new PhysAddr(0x200_0000));
        Assert.Equal(0UL, module.Call(0, EmulatedLeaf.SeamldrInstall, 0x200_0000));
        var busy = Assert.Throws<SeamcallTransportException>(() => module.Call(0, EmulatedLeaf.SysInit));
        Assert.Equal((EmulatedSysState.NoModule, 1, ""), (module.State.State, module.State.InstallingProcessors, module.State.Profile));
        Assert.Equal(0UL, module.Call(1, EmulatedLeaf.SeamldrInstall, 0x200_0000));

        Assert.Equal("TDH.SYS.INIT was not executed: no TDX module is loaded.", absent.Reason);
        Assert.Equal("TDH.SYS.INIT was not executed: a TDX module is being installed, by 1 of 2 processors so far.", busy.Reason);
        Assert.Equal((EmulatedSysState.InitPending, "tdx-1.5.16-srf", EmulatedModule.UsualMaxUpdates - 1), (module.State.State, module.State.Profile, module.State.RemainingUpdates));
    }

    [Fact]
    public void Call_OfAProcessorThatThereIsNot_NamesIt()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));

        var error = Assert.Throws<SeamcallTransportException>(() => module.Call(7, EmulatedLeaf.SysInit));

        Assert.Equal("There is no processor 7: the emulated platform has 1, counted from 0.", error.Reason);
    }

    [Fact]
    public void Inject_KeyOfOnePackage_FailsAsOftenAsOrdered()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Configure(Platform with { LogicalProcessors = 4, InitializedLogicalProcessors = 4, State = SysState.SysConfigDone }, packages: 2);
        module.Inject(1, [new EmulatedFault(EmulatedFaultKind.Key) { Target = 1, Times = 2 }]);

        Assert.Equal(0UL, module.Call(0, EmulatedLeaf.SysKeyConfig));
        Assert.Equal([0x8000_0800_0000_0000UL, 0x8000_0800_0000_0000, 0], Enumerable.Range(0, 3).Select(_ => module.Call(3, EmulatedLeaf.SysKeyConfig)));
        Assert.Equal((EmulatedSysState.Ready, 2L), (module.State.State, module.State.FaultsStruck));
    }

    [Fact]
    public void Inject_ImpossibleFault_NamesItAndWhy()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));

        var error = Assert.Throws<SeamcallTransportException>(() => module.Inject(1, [new EmulatedFault(EmulatedFaultKind.Busy), new EmulatedFault(EmulatedFaultKind.Image)]));

        Assert.StartsWith("Fault 1 cannot be: its status is not one that the leaf gives for it", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BeforeAndAfterAnUpdate_ReadsTheOldAndTheNewModule()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Configure(Platform with { State = SysState.SysReady });
        SweptMetadata before = MetadataSweep.Run(module.Transport);
        Assert.Equal(0UL, module.Call(0, EmulatedLeaf.SysShutdown));
        SweptMetadata down = MetadataSweep.Run(module.Transport);
        module.Stage(NativeFiles.Shipped("tdx-1.5.16-srf"), InstallScenario.Update, new PhysAddr(0x200_0000));
        foreach ((EmulatedLeaf leaf, ulong rcx) in new[] { (EmulatedLeaf.SeamldrInstall, 0x200_0000UL), (EmulatedLeaf.SysInit, 0UL), (EmulatedLeaf.SysLpInit, 0UL), (EmulatedLeaf.SysUpdate, 0UL) })
        {
            Assert.Equal(0UL, module.Call(0, leaf, rcx));
        }

        SweptMetadata after = MetadataSweep.Run(module.Transport);

        Assert.Equal((67, 70), (before.Fields.Value.Count, after.Fields.Value.Count));
        Assert.Contains("0xc000050600000000", down.Fields.Reason, StringComparison.Ordinal);
        Assert.All([before, down, after], swept => Assert.False(swept.AcrossUpdate));
    }

    [Fact]
    public void State_AfterDispose_Throws()
    {
        EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Dispose();

        Assert.Throws<ObjectDisposedException>(() => module.State);
        Assert.Throws<ObjectDisposedException>(() => module.SysConfig(0, 0, 0));
    }
}
