using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class HostSummaryTests
{
    [Fact]
    public void From_AWorkingHost_GivesItsRow()
    {
        HostSummary row = HostSummary.From(TestSnapshots.WorkingHost("rack1-a07"));
        Assert.Equal(("rack1-a07", Origin.Live, TdxState.Ready, "EMR"), (row.Name, row.Origin, row.State, row.CpuFamily));
        Assert.Equal("1.5.08", row.Version.Value.ToString());
        Assert.Equal((8 * ByteSize.GiB) - 0x1000 - 0x61000, row.Memory.Value.Bytes);
        Assert.Equal((new ByteSize(32_840 * ByteSize.KiB), Provenance.Kernel), (row.Pamt.Value, row.Pamt.Provenance));
        Assert.Equal((2, 16, 2, 64), (row.PeakReserved.Value, row.MaxReserved.Value, row.Tdmrs.Value, row.MaxTdmrs.Value));
        Assert.Equal(Provenance.Computed, row.PeakReserved.Provenance);
    }

    [Fact]
    public void From_AHost_TellsKeysKernelAndTier()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        HostSummary row = HostSummary.From(host);

        Assert.Equal((host.Kernel.KeyIdCapacity, host.Platform!.KeyIdsInUse, host.Host.KernelRelease), (row.KeyIds, row.KeyIdsInUse, row.KernelRelease));
        Assert.Equal((ProbeTier.Module, Provenance.Read), (row.Tier.Value, row.Tier.Provenance));
        Reading<IReadOnlyList<MetadataValue>> none = Reading.NotOffered<IReadOnlyList<MetadataValue>>("/dev/tdxdash", "There is no device.");
        Snapshot withoutModule = host with { Module = host.Module with { Metadata = none } };
        Assert.Equal(ProbeTier.RootFiles, HostSummary.From(withoutModule).Tier.Value);
        Snapshot asUser = withoutModule with
        {
            Memory = host.Memory with { Map = Reading.Unreadable<IReadOnlyList<MemoryBlock>>("/proc/iomem", "Addresses are hidden.", "Run as root.") },
            Kernel = host.Kernel with { SeamldrVersion = Reading.Unreadable<string>("seamldr_version", "Permission denied.", "Run as root.") },
        };
        Assert.Equal(ProbeTier.Files, HostSummary.From(asUser).Tier.Value);
    }

    [Fact]
    public void From_AVirtualMachine_KeepsHypotheticalValuesAndReasons()
    {
        HostSummary row = HostSummary.From(TestSnapshots.VirtualMachine());
        Assert.Equal((TdxState.NoTdx, "25/1"), (row.State, row.CpuFamily));
        Assert.False(row.Version.IsKnown);
        Assert.Equal((new ByteSize(32_840 * ByteSize.KiB), Provenance.Hypothetical), (row.Pamt.Value, row.Pamt.Provenance));
        Assert.Equal(Provenance.Hypothetical, row.MaxTdmrs.Provenance);
    }

    [Fact]
    public void From_AHostWithExhaustedReservedAreas_ShowsHowManyItNeeds()
    {
        HostSummary row = HostSummary.From(TestSnapshots.FailingHost().WithLayout(19, 2, LayoutError.ENOSPC));
        Assert.Equal((TdxState.Failed, "GNR", 19), (row.State, row.CpuFamily, row.PeakReserved.Value));
    }

    [Theory]
    [InlineData(LayoutError.ENOMEM, 2)]
    [InlineData(LayoutError.ENOSPC, 70)]
    public void From_ALayoutThatEndedEarly_HasNoPeak(LayoutError error, int tdmrs)
    {
        HostSummary row = HostSummary.From(TestSnapshots.FailingHost().WithLayout(0, tdmrs, error));
        Assert.Equal(ReadingState.Unreadable, row.PeakReserved.State);
        Assert.Contains(error.ToString(), row.PeakReserved.Reason, StringComparison.Ordinal);
        Assert.Equal(tdmrs, row.Tdmrs.Value);
    }
}
