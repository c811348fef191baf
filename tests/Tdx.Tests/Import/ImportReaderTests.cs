using System.Text;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Import;

public sealed class ImportReaderTests
{
    private const string Boot = """
        Mar 21 09:40:00 rack7-b03 kernel: Linux version 6.8.0-1028-intel (buildd@x) (gcc) #35-Ubuntu SMP
        Mar 21 09:40:00 rack7-b03 kernel: Command line: BOOT_IMAGE=/boot/vmlinuz-6.8.0-1028-intel ro kvm_intel.tdx=1 nohibernate
        Mar 21 09:40:00 rack7-b03 kernel: BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
        Mar 21 09:40:00 rack7-b03 kernel: BIOS-e820: [mem 0x0000000000100000-0x000000006fffffff] usable
        Mar 21 09:40:00 rack7-b03 kernel: BIOS-e820: [mem 0x0000000070000000-0x000000008fffffff] reserved
        Mar 21 09:40:00 rack7-b03 kernel: BIOS-e820: [mem 0x0000000100000000-0x000000107fffffff] usable
        Mar 21 09:40:00 rack7-b03 kernel: e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
        Mar 21 09:40:00 rack7-b03 kernel: e820: remove [mem 0x000a0000-0x000fffff] usable
        Mar 21 09:40:00 rack7-b03 kernel: DMI: Dell Inc. PowerEdge R760/0R5GG, BIOS 2.9.4 01/27/2026
        Mar 21 09:40:01 rack7-b03 kernel: smpboot: CPU0: Intel(R) Xeon(R) Gold 6548Y+ (family: 0x6, model: 0xcf, stepping: 0x2)
        Mar 21 09:40:01 rack7-b03 kernel: smp: Brought up 2 nodes, 128 CPUs
        Mar 21 09:40:02 rack7-b03 kernel: virt/tdx: BIOS enabled: private KeyID range [64, 128)
        Mar 21 09:40:09 rack7-b03 kernel: virt/tdx: module initialized

        """;

    [Fact]
    public void Read_OfAJournal_FindsMachineKernelAndMemory()
    {
        ImportResult result = ImportReader.Read(Boot);
        Snapshot snapshot = result.Snapshot!;
        Assert.Equal("rack7-b03", result.SuggestedName);
        Assert.Equal("6.8.0-1028-intel", snapshot.Host.KernelRelease.Value);
        Assert.EndsWith("kvm_intel.tdx=1 nohibernate", snapshot.Host.KernelCommandLine.Value, StringComparison.Ordinal);
        Assert.Equal(("Dell Inc. PowerEdge R760", "2.9.4 01/27/2026"), (snapshot.Host.Product.Value, snapshot.Host.Firmware.Value));
        Assert.Equal(new CpuSignature(6, 0xCF, 2), snapshot.Report!.CpuSignature.Value);
        Assert.Equal(128, snapshot.Report.LogicalCpus.Value);
        Assert.Equal("EMR", HostSummary.From(snapshot).CpuFamily);
        Assert.Equal([new(0x1000, 0xA0000), new(0x100000, 0x70000000), new(0x100000000, 0x1080000000)], snapshot.Memory.Map.Value.Select(block => block.Range));
        Assert.Equal(Provenance.Hypothetical, snapshot.Memory.Map.Provenance);
        Assert.Equal(["System RAM", "System RAM", "Reserved", "System RAM"], snapshot.Memory.FirmwareMap.Value.Select(range => range.Type));
        Assert.True(snapshot.Layout.Layout.IsKnown);
        Assert.Contains(result.Notes, note => note.Contains("derived from the e820 lines", StringComparison.Ordinal));
        Assert.Equal(TdxState.Ready, ReadinessChecks.Run(snapshot).State);
    }

    [Theory]
    [InlineData("virt/tdx: module initialized")]
    [InlineData("[   36.379132] virt/tdx: module initialized")]
    [InlineData("[   36.379132][  T1] virt/tdx: module initialized\r")]
    [InlineData("[Tue Mar 21 09:40:00 2023] virt/tdx: module initialized")]
    [InlineData("2024-03-21T09:40:00,123456+00:00 virt/tdx: module initialized")]
    [InlineData("Mar 21 09:40:00 host kernel: virt/tdx: module initialized")]
    [InlineData("2024-03-21T09:40:00+0000 host kernel: virt/tdx: module initialized")]
    [InlineData("kern  :info  : [   36.379132] virt/tdx: module initialized")]
    [InlineData("<6>[   36.379132] virt/tdx: module initialized")]
    [InlineData("6,1234,36379132,-;virt/tdx: module initialized")]
    [InlineData("> [   36.379132] virt/tdx: module initialized")]
    public void Read_OfAnyTimeStampStyle_FindsTheLine(string line) => Assert.Equal(["virt/tdx: module initialized"], ImportReader.Read(line).Snapshot!.Kernel.LogLines.Value);

    [Fact]
    public void Read_OfNodeRangesOfABootLog_TakesThemAsMemblockHasThem()
    {
        Snapshot snapshot = ImportReader.Read("""
            [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000006fffffff] usable
            [    0.010000] Early memory node ranges
            [    0.010001]   node   0: [mem 0x0000000000001000-0x000000000009efff]
            [    0.010002]   node   0: [mem 0x0000000100000000-0x000000107fffffff]
            [    0.010003]   node   1: [mem 0x0000001080000000-0x000000207fffffff]
            """).Snapshot!;
        Assert.Equal([0, 0, 1], snapshot.Memory.Map.Value.Select(block => block.Node));
        Assert.Equal(Provenance.ReportedByFile, snapshot.Memory.Map.Provenance);
        Assert.Equal([0, 1], snapshot.Memory.Nodes.Value.Select(node => node.Id));
    }

    [Fact]
    public void Read_OfIomemWithSratLines_GivesTheMemoryItsNodes()
    {
        Snapshot snapshot = ImportReader.Read("""
            [    0.000000] ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x7fffffff]
            [    0.000000] ACPI: SRAT: Node 0 PXM 0 [mem 0x100000000-0x17fffffff]
            [    0.000000] ACPI: SRAT: Node 1 PXM 1 [mem 0x180000000-0x27fffffff]
            00001000-0009ffff : System RAM
            00100000-7fffffff : System RAM
              01000000-020fffff : Kernel code
            100000000-27fffffff : System RAM
            """).Snapshot!;
        Assert.Equal([(0, 0x1000UL), (0, 0x100000UL), (0, 0x100000000UL), (1, 0x180000000UL)], snapshot.Memory.Map.Value.Select(block => (block.Node, block.Range.Start.Value)));
        Assert.Contains("/proc/iomem, nodes from its SRAT lines", snapshot.Memory.Map.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfMemblock_BeatsEveryOtherSourceAndPassesReservedOver()
    {
        Snapshot snapshot = ImportReader.Read("""
            # cat /sys/kernel/debug/memblock/memory
               0: 0x0000000000001000..0x000000000009efff    0 NONE
               1: 0x0000000100000000..0x000000107fffffff    1 NONE
            # cat /sys/kernel/debug/memblock/reserved
               0: 0x0000000000000000..0x0000000000000fff    x NONE
            00001000-0009ffff : System RAM
            """).Snapshot!;
        Assert.Equal([0, 1], snapshot.Memory.Map.Value.Select(block => block.Node));
    }

    [Fact]
    public void Read_OfIomemCopiedWithoutRoot_SaysSo()
    {
        ImportResult result = ImportReader.Read("00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n00000000-00000000 : System RAM\n");
        Assert.Equal(ReadingState.Unreadable, result.Snapshot!.Memory.Map.State);
        Assert.Contains("zeros", result.Snapshot.Memory.Map.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfSeveralBoots_TakesTheLast()
    {
        ImportResult result = ImportReader.Read(Boot + "Apr  1 10:00:00 rack7-b03 kernel: Linux version 6.16.9 (x)\nApr  1 10:00:01 rack7-b03 kernel: virt/tdx: module not loaded\n");
        Assert.Equal("6.16.9", result.Snapshot!.Host.KernelRelease.Value);
        Assert.Equal(["virt/tdx: module not loaded"], result.Snapshot.Kernel.LogLines.Value);
        Assert.Contains(result.Notes, note => note.Contains("2 boots", StringComparison.Ordinal));
        Assert.False(result.Snapshot.Memory.Map.IsKnown);
    }

    [Fact]
    public void Read_OfAReportThatRepeatsItsLog_CountsEachLineOnce()
    {
        string[] lines = ["[    9.1] virt/tdx: BIOS enabled: private KeyID range [32, 64)", "[   31.1] virt/tdx: CMR: [0x100000, 0x77800000)", "[   31.2] virt/tdx: CMR: [0x100000000, 0x1003e000000)"];
        string text = $"### TDX kernel logs\n\n```\n{string.Join('\n', lines)}\n...\n{string.Join('\n', lines[1..])}\n[   36.3] virt/tdx: module initialized\n```\n";
        Snapshot snapshot = ImportReader.Read(text).Snapshot!;
        Assert.Equal(4, snapshot.Kernel.LogLines.Value.Count);
        Assert.Equal(2, KernelLogFacts.From(snapshot.Kernel.LogLines.Value).Cmrs.Count);
    }

    [Fact]
    public void Read_InPiecesOfAnySize_GivesTheSame()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Boot);
        string whole = ImportText.Of(ImportReader.Read(Boot));
        foreach (int size in (int[])[1, 2, 7, 100, 4_096])
        {
            var reader = new ImportReader();
            for (int at = 0; at < bytes.Length; at += size)
            {
                reader.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
            }

            Assert.Equal(whole, ImportText.Of(reader.Finish()));
        }
    }

    [Fact]
    public void Read_OfUtf16_FromAWindowsTerminal_IsUnderstood()
    {
        var reader = new ImportReader();
        reader.Feed([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("virt/tdx: module initialized\r\n")]);
        Assert.Equal(["virt/tdx: module initialized"], reader.Finish().Snapshot!.Kernel.LogLines.Value);
    }

    public static TheoryData<string, byte[], string> NoText => new()
    {
        { "gzip", [0x1F, 0x8B, 8, 0], "gzip -d" },
        { "zstd", [0x28, 0xB5, 0x2F, 0xFD], "zstd -d" },
        { "journal", [.. "LPKSHHRH"u8], "journalctl -k --file" },
        { "binary", [65, 0, 66, 0, 67, 0], "is binary" },
        { "empty", [], "Nothing in the text speaks of TDX" },
        { "prose", [.. "Once upon a time\n"u8], "Give a kernel log" },
    };

    [Theory]
    [MemberData(nameof(NoText))]
    public void Finish_OfWhatIsNoLog_SaysWhatToDo(string what, byte[] bytes, string remedy)
    {
        var reader = new ImportReader();
        reader.Feed(bytes);
        ImportResult result = reader.Finish();
        Assert.True(result.Snapshot is null, what);
        Assert.Contains(remedy, result.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAHostileLog_StaysBoundedAndPlain()
    {
        var text = new StringBuilder("[    1.0] virt/tdx: BIOS enabled: private KeyID range [32, 64)\n");
        for (int i = 0; i < 20_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"[    2.0] virt/tdx: CMR: [0x{(ulong)i << 21:x}, 0x{((ulong)i << 21) + 4096:x})\n");
        }

        text.Append("virt/tdx: \e[31m\u202Eevil\u0007 ").Append('x', 1 << 20).Append('\n').Append("Linux version \e]0;title\u0007 x\n").Append("virt/tdx: module not loaded\n");
        ImportResult result = ImportReader.Read(text.ToString());
        Assert.Equal(1, result.Notes.Count(note => note.Contains("longer than", StringComparison.Ordinal)));
        Assert.Null(SnapshotCodec.Parse(SnapshotCodec.Write(result.Snapshot!)).Error);
        Assert.DoesNotContain(ImportText.Of(result).Where(c => c != '\n'), char.IsControl);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" a", "blank")]
    [InlineData("a\u202Eb", "do not show")]
    public void CheckName_OfABadName_SaysWhatIsWrong(string name, string wrong) => Assert.Contains(wrong, ImportResult.CheckName(name), StringComparison.Ordinal);
}
