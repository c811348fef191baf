using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class ModuleIdentityTests
{
    [Theory]
    [InlineData(784, "1.5.08")]
    [InlineData(698, "1.5.05")]
    [InlineData(699, null)]
    public void From_OnlyOldSysfs_TellsBuildAndThePublishedVersion(int build, string? version)
    {
        Snapshot host = TestSnapshots.FailingHost().WithLog();
        var module = new SysfsModule("initialized", 0x8000_0000, 0x8086, 1, 5, build, new DateOnly(2024, 1, 29));
        host = host with { Platform = host.Platform! with { SysfsModule = Reading.Known(module, Provenance.Kernel, "/sys/firmware/tdx/tdx_module") } };
        ModuleIdentity identity = ModuleIdentity.From(host);
        Assert.Equal(version, identity.Version.IsKnown ? identity.Version.Value.ToString() : null);
        Assert.Equal((build, new DateOnly(2024, 1, 29), 0x8086u, 0x8000_0000u), (identity.BuildNumber.Value, identity.BuildDate.Value, identity.VendorId.Value, identity.Attributes.Value));
    }

    [Fact]
    public void From_WithMetadata_ReadsEverythingFromTheModule()
    {
        ModuleIdentity identity = ModuleIdentity.From(TestSnapshots.WorkingHost());

        Assert.Equal("1.5.08", identity.Version.Value.ToString());
        Assert.Equal((Provenance.Read, "TDH.SYS.RDALL"), (identity.Version.Provenance, identity.Version.Source));
        Assert.Equal(784, identity.BuildNumber.Value);
        Assert.Equal(new DateOnly(2024, 7, 25), identity.BuildDate.Value);
        Assert.Equal(0x8086u, identity.VendorId.Value);
        Assert.Equal(0u, identity.Attributes.Value);
        Assert.Equal(0x22E1F0FBFUL, identity.Features.Value);
        Assert.Equal([new AddressRange(0x100000, 0x80000000), new AddressRange(0x100000000, 0x280000000)], identity.Cmrs.Value);
        Assert.Equal(TdmrLimits.Usual, identity.Limits.Value);
    }

    [Fact]
    public void From_CpuidConfiguration_IsAssembledFromItsArrays()
    {
        ModuleIdentity identity = With(("NUM_CPUID_CONFIG", [2]), ("CPUID_CONFIG_LEAVES", [0xFFFF_FFFF_0000_0001, 0x1_0000_0007, ulong.MaxValue]),
            ("CPUID_CONFIG_VALUES", [0x0FFF_3FFF, 0x2_0000_0001, 0x3_0000_0004, 0x8000_0000_0000_0000, 0, 0]));

        Assert.Equal(
            [new CpuidConfigEntry(1, null, 0x0FFF_3FFF, 0, 1, 2), new CpuidConfigEntry(7, 1, 4, 3, 0, 0x8000_0000)],
            identity.CpuidConfig.Value);
        Assert.Equal(Provenance.Read, identity.CpuidConfig.Provenance);
    }

    [Fact]
    public void From_FewerCpuidLeavesThanTheirNumber_IsUnreadableWithTheReason()
    {
        ModuleIdentity identity = With(("NUM_CPUID_CONFIG", [4]), ("CPUID_CONFIG_LEAVES", [1, 2, 3]), ("CPUID_CONFIG_VALUES", new ulong[8]));

        Assert.Equal((ReadingState.Unreadable, "NUM_CPUID_CONFIG is 4, but there are 3 leaves and 4 values."), (identity.CpuidConfig.State, identity.CpuidConfig.Reason));
    }

    [Fact]
    public void From_ModuleWithoutCpuidConfiguration_SaysThatItIsNotOffered() =>
        Assert.Equal(ReadingState.NotOffered, With(("NUM_CPUID_CONFIG", [1]), ("CPUID_CONFIG_LEAVES", [1])).CpuidConfig.State);

    [Fact]
    public void From_WithEmulatedMetadata_KeepsItsProvenance()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        ModuleFacts emulated = host.Module with { Metadata = Reading.Known(host.Module.Metadata.Value, Provenance.Emulated, "emulated module") };
        Assert.Equal(Provenance.Emulated, ModuleIdentity.From(emulated, host.Kernel).Limits.Provenance);
    }

    [Fact]
    public void From_WithoutMetadata_TakesTheVersionFromSysfs()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        ModuleIdentity identity = ModuleIdentity.From(TestSnapshots.FailingHost().Module, host.Kernel);
        Assert.Equal(new ModuleVersion(1, 5, 8), identity.Version.Value);
        Assert.Equal((Provenance.Kernel, "/sys/devices/faux/tdx_host/version"), (identity.Version.Provenance, identity.Version.Source));
        Assert.Equal(ReadingState.Unreadable, identity.Limits.State);
        Assert.NotEqual("", identity.Limits.Remedy);
    }

    [Fact]
    public void From_WithTheLogAlone_TakesWhatItPrinted()
    {
        ModuleIdentity identity = ModuleIdentity.From(TestSnapshots.FailingHost());
        Assert.Equal(new ModuleVersion(2, 0, 8), identity.Version.Value);
        Assert.Equal(Provenance.Kernel, identity.Version.Provenance);
        Assert.Equal(882, identity.BuildNumber.Value);
        Assert.Equal(new DateOnly(2025, 3, 25), identity.BuildDate.Value);
        Assert.False(identity.VendorId.IsKnown);
    }

    [Fact]
    public void From_LogWithoutUpdateVersion_ComputesItFromAPublishedBuild()
    {
        Snapshot host = TestSnapshots.FailingHost().WithLog("virt/tdx: TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, build_date 20240129, build_num 698");
        ModuleIdentity identity = ModuleIdentity.From(host);
        Assert.Equal((new ModuleVersion(1, 5, 5), Provenance.Computed), (identity.Version.Value, identity.Version.Provenance));
        Assert.Contains("build number 698", identity.Version.Source, StringComparison.Ordinal);
        Assert.Equal(0x8086u, identity.VendorId.Value);
    }

    [Fact]
    public void From_LogWithUnpublishedBuild_HasNoVersion()
    {
        Snapshot host = TestSnapshots.FailingHost().WithLog("virt/tdx: TDX module: attributes 0x0, vendor_id 0x8086, major_version 2, minor_version 0, build_date 20231112, build_num 635");
        Assert.False(ModuleIdentity.From(host).Version.IsKnown);
        Assert.Equal(635, ModuleIdentity.From(host).BuildNumber.Value);
    }

    [Fact]
    public void From_WithNothing_KeepsTheReasonAndRemedyOfTheModule()
    {
        ModuleIdentity identity = ModuleIdentity.From(TestSnapshots.VirtualMachine());
        Assert.Equal(ReadingState.Unreadable, identity.Version.State);
        Assert.Contains("/dev/tdxdash", identity.Version.Reason, StringComparison.Ordinal);
        Assert.Contains("Load the kernel module", identity.Cmrs.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void From_MetadataWithoutAField_SaysThatTheModuleDoesNotOfferIt()
    {
        ModuleIdentity identity = Identify(value => MetadataText.NameOf(value.Id) is not ("MAX_TDMRS" or "TDX_FEATURES0"), value => value);
        Assert.Equal(ReadingState.NotOffered, identity.Limits.State);
        Assert.Contains("MAX_TDMRS", identity.Limits.Reason, StringComparison.Ordinal);
        Assert.Equal(ReadingState.NotOffered, identity.Features.State);
    }

    [Fact]
    public void From_MetadataWithABadDate_FallsBackOrIsUnreadable()
    {
        ModuleIdentity identity = Identify(_ => true, value => MetadataText.NameOf(value.Id) == "BUILD_DATE" ? value with { Values = [0x20240725] } : value);
        Assert.Equal(ReadingState.Unreadable, identity.BuildDate.State);
        Assert.Contains("539232037", identity.BuildDate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void From_LimitBeyondItsWidth_IsUnreadableAndNotCut()
    {
        ModuleIdentity identity = Identify(_ => true, value => MetadataText.NameOf(value.Id) == "MAX_TDMRS" ? value with { Values = [0x10040] } : value);
        Assert.Equal(ReadingState.Unreadable, identity.Limits.State);
        Assert.Equal("MAX_TDMRS is 0x10040, more than its 16 bits hold.", identity.Limits.Reason);
    }

    [Fact]
    public void From_CmrBeyondPhysicalAddresses_IsUnreadable()
    {
        ModuleIdentity identity = Identify(_ => true, value => MetadataText.NameOf(value.Id) == "CMR_SIZE" ? value with { Values = [ulong.MaxValue] } : value);
        Assert.Equal(ReadingState.Unreadable, identity.Cmrs.State);
        Assert.Contains("beyond 2^52", identity.Cmrs.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5.08\n", true)]
    [InlineData("1.5", false)]
    [InlineData("1.5.-1", false)]
    [InlineData("1.5.99999", false)]
    [InlineData("1.5.08.00", false)]
    [InlineData("", false)]
    public void TryParse_OfAVersion_TakesThreeNumbersOnly(string text, bool ok) => Assert.Equal(ok, ModuleVersion.TryParse(text, out _));

    private static ModuleIdentity Identify(Func<MetadataValue, bool> keep, Func<MetadataValue, MetadataValue> change) =>
        ModuleIdentity.From(
            TestSnapshots.WorkingHost().Module with
            {
                Metadata = Reading.Known<IReadOnlyList<MetadataValue>>([.. TestSnapshots.Metadata().Where(keep).Select(change)], Provenance.Read, "TDH.SYS.RDALL"),
            },
            TestSnapshots.VirtualMachine().Kernel);

    private static ModuleIdentity With(params (string Field, ulong[] Values)[] fields)
    {
        Snapshot host = TestSnapshots.WorkingHost();
        MetadataValue[] metadata = [.. fields.Select(field => new MetadataValue(MetadataCatalogue.Find(field.Field)!.Id, field.Values))];
        return ModuleIdentity.From(host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(metadata, Provenance.Read, "TDH.SYS.RDALL") }, host.Kernel);
    }
}
