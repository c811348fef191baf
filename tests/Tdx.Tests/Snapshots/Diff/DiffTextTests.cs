using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots.Diff;

public sealed class DiffTextTests
{
    [Fact]
    public void Of_AWorkingAndAFailingHost_IsTheGoldenFile() =>
        Assert.Equal(File.ReadAllText(Repository.Data("snapshots", "working-to-failing.diff.txt")), DiffText.Of(SnapshotDiff.Between(TestSnapshots.WorkingHost(), TestSnapshots.FailingHost().WithLayout(3, 1))));

    [Fact]
    public void Of_AnEmptyDiff_IsEmpty() => Assert.Equal("", DiffText.Of(SnapshotDiff.Between(TestSnapshots.WorkingHost(), TestSnapshots.WorkingHost())));

    [Fact]
    public void Of_TextsWithLineEnds_KeepsOneLineAnEntry() =>
        Assert.Equal("~ host.name: rack1-a07 -> a\\u000ab\\u2028\\u202e [kernel]\n", DiffText.Of(SnapshotDiff.Between(TestSnapshots.WorkingHost(), TestSnapshots.WorkingHost("a\nb\u2028\u202e"))));

    [Fact]
    public void Of_AnEmulatedValue_SaysSo()
    {
        Snapshot full = TestSnapshots.WorkingHost();
        Snapshot emulated = full with { Kernel = full.Kernel with { KeyIdCapacity = Reading.Known(63L, Provenance.Emulated, "/sys/fs/cgroup/misc.capacity") } };
        Assert.Equal(
            "~ kernel.keyIdCapacity: 31 -> 63 (+32) [kernel -> emulated]\n~ kernel.keyIdCapacity (provenance): kernel -> emulated\n",
            DiffText.Of(SnapshotDiff.Between(full, emulated)));
    }
}
