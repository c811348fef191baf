using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Native;

public sealed class NativeTransportTests
{
    private const string Start = "tdxdash-profile 1\nname x\n";

    [Fact]
    public void OpenDevice_Absent_NamesTheDeviceAndTheRemedy()
    {
        var error = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenDevice("/dev/tdxdash-absent"));

        Assert.Equal("The device /dev/tdxdash-absent is absent: No such file or directory.", error.Reason);
        Assert.Equal("Load the tdxdash kernel module on a TDX host, or use an emulated module.", error.Remedy);
    }

    [Fact]
    public void OpenDevice_OfAnotherKind_SaysThatItIsNotOurs()
    {
        var device = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenDevice("/dev/null"));
        var file = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenDevice(NativeFiles.Oracle));

        Assert.StartsWith("/dev/null is not the tdxdash device", device.Reason, StringComparison.Ordinal);
        Assert.EndsWith("is not the tdxdash device: it is not a character device.", file.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(device.Remedy);
    }

    [Theory]
    [InlineData("tdx-1.5.08-emr")]
    [InlineData("tdx-1.5.16-srf")]
    [InlineData("tdx-2.0.08-gnr")]
    public void OpenEmulated_ShippedProfile_IsNamedAndMarkedAsEmulated(string name)
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped(name), []);

        Assert.Equal($"emulated module, profile {name}", module.Description);
        Assert.Equal(Provenance.Emulated, module.Provenance);
    }

    [Theory]
    [InlineData("frob\nend\n", "line 3: unknown directive \"frob\".")]
    [InlineData("field FROB 1\nend\n", "line 3: unknown field \"FROB\".")]
    [InlineData("field NUM_PKGS 1\nfield NUM_PKGS 1\nend\n", "line 4: NUM_PKGS is given twice.")]
    [InlineData("field PKG_FMS 1 2\nend\n", "line 3: PKG_FMS has 8 elements, but 2 values are given.")]
    [InlineData("field BUILD_NUM 0x10000\nend\n", "line 3: BUILD_NUM holds 0x10000, but its elements are 16 bits wide.")]
    [InlineData("field NUM_PKGS 1\nen", "line 4: unknown directive \"en\".")]
    [InlineData("field NUM_PKGS 1\n", "line 3: the profile is cut off.")]
    public void OpenEmulated_MalformedProfile_NamesFileLineAndRemedy(string text, string expected)
    {
        var error = Assert.Throws<SeamcallTransportException>(() => NativeFiles.OpenText(Start + text));

        Assert.StartsWith("Profile /", error.Reason, StringComparison.Ordinal);
        Assert.EndsWith(expected, error.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public void OpenEmulated_OversizedProfile_IsRefused()
    {
        var error = Assert.Throws<SeamcallTransportException>(() => NativeFiles.OpenText(Start + new string('#', 65536)));

        Assert.Contains("is larger than 65536 bytes", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenEmulated_GivenCmrs_AnswersWithThem()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(
            NativeFiles.Shipped("tdx-2.0.08-gnr"), [new AddressRange(0x1000, 0xA0000), new AddressRange(0x100000, PhysAddr.MaxValue)]);

        Assert.Equal(32UL, Read(module, 0x9000000100000000));
        Assert.Equal(0x1000UL, Read(module, 0x9000000300000080));
        Assert.Equal(0x9F000UL, Read(module, 0x9000000300000100));
        Assert.Equal(PhysAddr.MaxValue - 0x100000, Read(module, 0x9000000300000101));
        Assert.Equal(0UL, Read(module, 0x9000000300000102));
    }

    [Fact]
    public void OpenEmulated_TooManyCmrs_SaysSo()
    {
        AddressRange[] cmrs = [.. Enumerable.Range(1, 33).Select(i => new AddressRange((ulong)i << 30, ((ulong)i << 30) + 4096))];

        var error = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenEmulated(NativeFiles.Oracle, cmrs));

        Assert.Equal("33 CMRs are given, but a platform has at most 32.", error.Reason);
    }

    [Theory]
    [InlineData(33UL)]
    [InlineData(35UL)]
    [InlineData(36UL)]
    [InlineData(45UL)]
    [InlineData(34UL | (1UL << 16))]
    [InlineData(1UL << 63)]
    public void Seamcall_LeafThatIsNotAllowed_IsNotExecuted(ulong leaf)
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Oracle, []);
        var registers = new SeamcallRegisters { Rax = 1, Rdx = ulong.MaxValue };

        var error = Assert.Throws<SeamcallTransportException>(() => module.Seamcall(leaf, ref registers, default));

        Assert.Contains("was not executed", error.Reason, StringComparison.Ordinal);
        Assert.Equal((1UL, ulong.MaxValue), (registers.Rax, registers.Rdx));
    }

    [Fact]
    public void Seamcall_PageOfAnotherSize_IsNotExecuted()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Oracle, []);
        var registers = new SeamcallRegisters { R8 = ulong.MaxValue };

        Assert.Throws<SeamcallTransportException>(() => module.Seamcall(37, ref registers, new byte[4095]));
        Assert.Throws<SeamcallTransportException>(() => module.Seamcall(34, ref registers, new byte[4096]));
    }

    [Fact]
    public void Seamcall_AfterDispose_Throws()
    {
        NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Oracle, []);
        module.Dispose();
        module.Dispose();
        var registers = default(SeamcallRegisters);

        Assert.Throws<ObjectDisposedException>(() => module.Seamcall(34, ref registers, default));
    }

    private static ulong Read(NativeTransport module, ulong id)
    {
        var registers = new SeamcallRegisters { Rdx = id };
        module.Seamcall(34, ref registers, default);
        Assert.Equal(0UL, registers.Rax);
        return registers.R8;
    }
}
