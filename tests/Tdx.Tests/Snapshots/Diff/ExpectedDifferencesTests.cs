using System.Text.Json;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots.Diff;

public sealed class ExpectedDifferencesTests
{
    private static readonly Snapshot Host = TestSnapshots.WorkingHost("a");

    [Fact]
    public void RuleOf_NameOfTheHost_IsExpectedUnlessSwitchedOff()
    {
        DiffEntry entry = Assert.Single(SnapshotDiff.Between(Host, TestSnapshots.WorkingHost("b")).Entries);

        Assert.Equal("name", ExpectedDifferences.RuleOf(entry, _ => false)?.Id);
        Assert.Null(ExpectedDifferences.RuleOf(entry, id => id == "name"));
    }

    [Theory]
    [InlineData("BOOT_IMAGE=/vmlinuz-2 kvm_intel.tdx=1 root=UUID=1", "disk")]
    [InlineData("BOOT_IMAGE=/vmlinuz kvm_intel.tdx=0", null)]
    public void RuleOf_KernelCommandLine_IsExpectedWhereOnlyDisksDiffer(string commandLine, string? rule)
    {
        Snapshot other = Host with { Host = Host.Host with { KernelCommandLine = Reading.Known(commandLine, Provenance.Kernel, "/proc/cmdline") } };

        Assert.Equal(rule, ExpectedDifferences.RuleOf(Assert.Single(SnapshotDiff.Between(Host, other).Entries), _ => false)?.Id);
    }

    [Fact]
    public void RuleOf_MemoryElsewhere_IsExpectedAndLessMemoryIsNot()
    {
        MemoryBlock[] blocks = [.. Host.Memory.Map.Value];
        DiffEntry moved = Assert.Single(SnapshotDiff.Between(Host, With([.. blocks[..^1], Shifted(blocks[^1], 0)])).Entries);
        DiffEntry grown = Assert.Single(SnapshotDiff.Between(Host, With([.. blocks[..^1], Shifted(blocks[^1], ByteSize.GiB)])).Entries);

        Assert.Equal("address", ExpectedDifferences.RuleOf(moved, _ => false)?.Id);
        Assert.Null(ExpectedDifferences.RuleOf(grown, _ => false));
    }

    [Fact]
    public void RuleOf_LogLines_AreExpected() =>
        Assert.All(SnapshotDiff.Between(Host, Host.WithLog("virt/tdx: another line")).Entries, entry => Assert.Equal("log", ExpectedDifferences.RuleOf(entry, _ => false)?.Id));

    [Fact]
    public void Json_OfADiff_HasEveryEntry()
    {
        var diff = SnapshotDiff.Between(Host, TestSnapshots.VirtualMachine("b"));

        using JsonDocument json = JsonDocument.Parse(DiffJson.Of(diff));

        Assert.Equal(diff.Target.ToString(), json.RootElement.GetProperty("target").GetString());
        Assert.Equal(diff.Entries.Select(entry => entry.Path), json.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
    }

    private static MemoryBlock Shifted(MemoryBlock block, ulong more) =>
        block with { Range = new AddressRange(block.Range.Start.Value + ByteSize.GiB, block.Range.End.Value + ByteSize.GiB + more) };

    private static Snapshot With(MemoryBlock[] blocks) =>
        Host with { Memory = Host.Memory with { Map = Reading.Known<IReadOnlyList<MemoryBlock>>(blocks, Provenance.Kernel, "/sys/kernel/debug/memblock/memory") } };
}
