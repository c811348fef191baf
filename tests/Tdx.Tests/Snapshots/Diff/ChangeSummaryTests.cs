using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots.Diff;

public sealed class ChangeSummaryTests
{
    private static readonly Snapshot Host = TestSnapshots.WorkingHost();

    [Fact]
    public void Between_EqualSnapshots_SaysNothingChanged()
    {
        Assert.Equal(new ChangeSummary(0, ChangeKinds.None, "nothing changed"), ChangeSummary.Between(Host, Host, booted: false));
        Assert.Equal(new ChangeSummary(0, ChangeKinds.Boot, "booted, nothing else changed"), ChangeSummary.Between(Host, Host, booted: true));
    }

    [Fact]
    public void Between_AnotherKernel_NamesBothReleases()
    {
        Snapshot after = Host with { Host = Host.Host with { KernelRelease = Reading.Known("7.2.0", Provenance.Kernel, "uname") } };

        Assert.Equal(new ChangeSummary(1, ChangeKinds.Boot | ChangeKinds.Kernel | ChangeKinds.Attributes, "booted; kernel 6.19.0-3-generic → 7.2.0"), ChangeSummary.Between(Host, after, booted: true));
    }

    [Fact]
    public void Between_AnotherModule_IsAModuleChange()
    {
        MetadataValue[] metadata = [.. TestSnapshots.Metadata().Select(field => field.Id.Value == 0x0800000100000005 ? field with { Values = [9] } : field)];
        Snapshot after = Host with { Module = Host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(metadata, Provenance.Read, "TDH.SYS.RDALL") } };

        ChangeSummary change = ChangeSummary.Between(Host, after, booted: false);

        Assert.True(change.Kinds.HasFlag(ChangeKinds.Module | ChangeKinds.Metadata | ChangeKinds.Attributes));
        Assert.StartsWith("module version 1.5.08 → 1.5.09", change.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void Between_FailedInitialisation_BeginsWithTheState()
    {
        Snapshot after = Host.WithLog("virt/tdx: initialization failed: TDMR [0x40000000, 0x80000000): reserved areas exhausted.", "virt/tdx: module initialization failed (-28)");

        ChangeSummary change = ChangeSummary.Between(Host, after, booted: false);

        Assert.True(change.Kinds.HasFlag(ChangeKinds.State | ChangeKinds.Log));
        Assert.StartsWith("state: ", change.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void Between_AnotherLayout_IsAChangeOfFigures()
    {
        ChangeSummary change = ChangeSummary.Between(Host, Host.WithLayout(reserved: 9, tdmrs: 2), booted: false);

        Assert.True(change.Kinds.HasFlag(ChangeKinds.Layout | ChangeKinds.Figures));
        Assert.False(change.Kinds.HasFlag(ChangeKinds.Attributes));
        Assert.Equal(SnapshotDiff.Between(Host, Host.WithLayout(reserved: 9, tdmrs: 2)).Entries.Count, change.Fields);
    }

    [Fact]
    public void From_WorkingHost_HasEveryAttribute()
    {
        HostAttributes attributes = HostAttributes.From(Host);

        Assert.Equal(["1.5.08", "784 of 2024-07-25", "0x22e1f0fbf", null, "6.19.0-3-generic", null, "0x21000283", "31"], attributes.Values.Select(value => value.Or(null)));
        Assert.Equal(HostAttributes.Count, Enum.GetValues<HostAttribute>().Select(HostAttributes.Title).Distinct().Count());
        Assert.Equal(Provenance.Read, attributes[HostAttribute.ModuleVersion].Provenance);
    }
}
