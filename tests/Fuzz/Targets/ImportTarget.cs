using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Targets;

/// <summary>The import of logs and reports.</summary>
internal sealed class ImportTarget() : FuzzTarget("import")
{
    public override IEnumerable<byte[]> Seeds() =>
    [
        .. Directory.GetFiles(Repository.Data("captures"), "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        "   0: 0x0000000000001000..0x000000000009efff    0 NONE\n   1: 0x0000000100000000..0x000000107fffffff    1 NONE\n# cat /sys/kernel/debug/memblock/reserved\n   0: 0x0..0x1 x NONE\n"u8.ToArray(),
        "[    0.0] ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x7fffffff]\n00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n  01000000-020fffff : Kernel code\n"u8.ToArray(),
        "Mar 21 09:40:00 rack7 kernel: Linux version 6.8.0 (x)\nMar 21 09:40:00 rack7 kernel: Early memory node ranges\nMar 21 09:40:00 rack7 kernel:   node   0: [mem 0x0000000000001000-0x000000000009efff]\nMar 21 09:40:00 rack7 kernel: e820: update [mem 0x00000000-0x00000fff] usable ==> reserved\nMar 21 09:40:01 rack7 kernel: smpboot: CPU0: Intel(R) Xeon(R) (family: 0x6, model: 0xcf, stepping: 0x2)\n"u8.ToArray(),
        "### TDX kernel logs\n\n```\n[    9.1] virt/tdx: BIOS enabled: private KeyID range [32, 64)\n...\n[    9.1] virt/tdx: BIOS enabled: private KeyID range [32, 64)\n```\nNUM_TDX_PRIV_KEYS: 3f\n"u8.ToArray(),
    ];

    public override string Check(byte[] input)
    {
        ImportResult result = Read(input, input.Length);
        string text = ImportText.Of(result);
        Promise(ImportText.Of(Read(input, 7)) == text, "the pieces that a text comes in change what is understood");
        Promise(!text.Where(c => c != '\n').Any(char.IsControl), "what was understood is not fit to be shown");
        Promise(result.Used >= 0 && result.Used <= result.Lines, $"{result.Used} of {result.Lines} lines are used");
        Promise((result.Snapshot is null) == (result.Refusal is { Length: > 0 }), "there is neither snapshot nor refusal, or both");
        if (result.Snapshot is null)
        {
            return result.Refusal!;
        }

        Promise(SnapshotCodec.Parse(SnapshotCodec.Write(result.Named("fuzz"))).Error is null, "the snapshot is not one that a dashboard accepts");
        Verdict verdict = ReadinessChecks.Run(result.Snapshot);
        _ = HostSummary.From(result.Snapshot);
        PlanTarget.PlanOf(result.Snapshot);
        return $"{verdict.State} {string.Join(' ', result.Sections.Select(section => section.Name))} {result.Notes.Count} {result.Snapshot.Memory.Map.State}";
    }

    private static ImportResult Read(byte[] input, int piece)
    {
        var reader = new ImportReader();
        for (int at = 0; at < input.Length; at += piece)
        {
            reader.Feed(input.AsSpan(at, Math.Min(piece, input.Length - at)));
        }

        return reader.Finish();
    }
}
