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

        Assert.Equal("SEAMCALL leaf 0x2d was not executed.", error.Reason);
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

            Assert.Equal(new EmulatedModuleState(SysState.SysReady, 0, 0, 0), module.State);
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
    public void State_AfterDispose_Throws()
    {
        EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        module.Dispose();

        Assert.Throws<ObjectDisposedException>(() => module.State);
        Assert.Throws<ObjectDisposedException>(() => module.SysConfig(0, 0, 0));
    }
}
