using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Platform;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class KvmDeviceTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tdxprobe-kvm").FullName;

    [Fact]
    public void Ask_KvmWithTdx_GivesTheAnswerAndClosesBothDescriptors()
    {
        var kvm = new FakeKvm();

        HostAccess access = KvmDevice.Ask("/dev/kvm", kvm)!;

        Assert.Equal(70, KvmTdxCapabilities.Parse(access.Content).Cpuid.Count);
        Assert.Equal(0x10UL, KvmTdxCapabilities.Parse(access.Content).SupportedAttributes);
        Assert.Equal([11, 10], kvm.Closed);
        Assert.Equal([128], kvm.Rooms);
    }

    [Theory]
    [InlineData(200, new[] { 128, 256 })]
    [InlineData(1_024, new[] { 128, 256, 512, 1_024 })]
    public void Ask_MoreEntries_GivesMoreRoom(int entries, int[] rooms)
    {
        var kvm = new FakeKvm { Entries = entries };

        Assert.Equal(KvmTdxCapabilities.SizeWith(entries), KvmDevice.Ask("/dev/kvm", kvm)!.Content!.Length);
        Assert.Equal(rooms, kvm.Rooms);
    }

    [Fact]
    public void Ask_MoreEntriesThanAccepted_EndsAtTheBound()
    {
        var kvm = new FakeKvm { Entries = 1_025 };

        HostError error = KvmDevice.Ask("/dev/kvm", kvm)!.Error!;

        Assert.Equal((AccessFailure.TooLarge, 4), (error.Failure, kvm.Rooms.Count));
        Assert.Equal([11, 10], kvm.Closed);
    }

    [Theory]
    [InlineData(2, AccessFailure.Absent)]
    [InlineData(20, AccessFailure.Absent)]
    [InlineData(1, AccessFailure.Denied)]
    [InlineData(13, AccessFailure.Denied)]
    [InlineData(6, AccessFailure.NoDevice)]
    [InlineData(19, AccessFailure.NoDevice)]
    [InlineData(24, AccessFailure.Failed)]
    public void Ask_OpenFails_SaysWhy(int error, object failure)
    {
        var kvm = new FakeKvm { OpenResult = -error };

        Assert.Equal(failure, KvmDevice.Ask("/dev/kvm", kvm)!.Error!.Failure);
        Assert.Empty(kvm.Closed);
    }

    public static TheoryData<string, AccessFailure, int> Failures => new()
    {
        { "version 11 of the KVM API", AccessFailure.Failed, 0 },
        { "KVM_GET_API_VERSION failed with error 22 (Invalid argument)", AccessFailure.Failed, 1 },
        { "KVM_CHECK_EXTENSION failed with error 12", AccessFailure.Failed, 2 },
        { "no VMs of type TDX (5): its VM types are 0x1", AccessFailure.NoDevice, 3 },
        { "no VMs of type TDX (5): its VM types are 0x0", AccessFailure.NoDevice, 4 },
        { "KVM_CREATE_VM of type TDX failed with error 16", AccessFailure.Failed, 5 },
        { "KVM_TDX_CAPABILITIES failed with error 5 (Input/output error)", AccessFailure.Failed, 6 },
        { "and the TDX module with status 0xc000050500000000", AccessFailure.Failed, 7 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Ask_ACallFails_NamesItAndClosesWhatWasOpened(string reason, AccessFailure failure, int which)
    {
        FakeKvm kvm = which switch
        {
            0 => new FakeKvm { ApiVersion = 11 },
            1 => new FakeKvm { ApiVersion = -22 },
            2 => new FakeKvm { VmTypes = -12 },
            3 => new FakeKvm { VmTypes = 1 },
            4 => new FakeKvm { VmTypes = 0 },
            5 => new FakeKvm { CreateResult = -16 },
            6 => new FakeKvm { AskResult = -5 },
            _ => new FakeKvm { AskResult = -5, ModuleError = 0xc000050500000000 },
        };

        HostError error = KvmDevice.Ask("/dev/kvm", kvm)!.Error!;

        Assert.Equal(failure, error.Failure);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Equal(which >= 6 ? [11, 10] : [10], kvm.Closed);
    }

    // What follows asks the real kernel.
    [Fact]
    public void Ask_RealPathThatIsAbsent_SaysSo() => Assert.Equal(AccessFailure.Absent, KvmDevice.Ask(_root + "/kvm", new LinuxKvm())!.Error!.Failure);

    [Fact]
    public void Ask_RealPathBelowAFile_IsAbsent()
    {
        File.WriteAllText(_root + "/file", "");

        Assert.Equal(AccessFailure.Absent, KvmDevice.Ask(_root + "/file/kvm", new LinuxKvm())!.Error!.Failure);
    }

    [Fact]
    public void Ask_RealPlainFile_IsNoDevice()
    {
        File.WriteAllText(_root + "/kvm", "");

        Assert.Null(KvmDevice.Ask(_root + "/kvm", new LinuxKvm()));
        Assert.Null(KvmDevice.Ask("/dev/null", new LinuxKvm()));
    }

    [Fact]
    public void LinuxKvm_ABadDescriptor_GivesTheErrnoOfEachCall()
    {
        const int bad = -9;
        var kvm = new LinuxKvm();

        Assert.Equal([bad, bad, bad, bad], new[] { kvm.GetApiVersion(-1), kvm.CheckExtension(-1, 235), kvm.CreateVm(-1, 5), kvm.GetTdxCapabilities(-1, new byte[2_056], out _) });
    }

    [Fact]
    public void Ask_ThisMachine_GivesAnAnswerOrAReason()
    {
        HostAccess access = KvmDevice.Ask("/dev/kvm", new LinuxKvm()) ?? throw new InvalidOperationException("/dev/kvm is no device of KVM");

        Assert.True(access.Error is { Reason.Length: > 0 } || KvmTdxCapabilities.Parse(access.Content).Cpuid.Count > 0);
    }

    [Fact]
    public void Read_ACopyInAPlainFile_GivesItsBytes()
    {
        Directory.CreateDirectory(_root + "/dev");
        byte[] answer = KvmDevice.Ask("/dev/kvm", new FakeKvm())!.Content!;
        File.WriteAllBytes(_root + "/dev/kvm", answer);

        Assert.Equal(answer, new LiveHostFiles(_root).Read(HostFiles.Kvm).Content);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
