using TdxDash.Tdx.Layout;
using static TdxDash.Tdx.Snapshots.SnapshotRules;

namespace TdxDash.Tdx.Snapshots;

/// <summary>How long a snapshot's texts and lists of texts may be, in UTF-16 characters.</summary>
internal static class TextRules
{
    private const int MaxValueLength = 8_192;
    private const int MaxPhraseLength = 4_096;
    private const int MaxLogLines = 2_000;
    private const int MaxFlags = 64;

    // Beside the two warnings of limits, the layout can warn of every TDMR.
    private const int MaxLayoutWarnings = 64;

    public static void Check(Snapshot snapshot)
    {
        foreach (SnapshotReading entry in SnapshotReadings.Of(snapshot))
        {
            CheckReading(entry);
        }

        if (snapshot.Host.Cpu.TryGet(out CpuFacts? cpu))
        {
            CheckCpu(cpu);
        }

        if (snapshot.Layout.Layout.TryGet(out TdmrLayout? layout))
        {
            CheckCount(layout.Log, "layout.layout.log", layout.Tdmrs.Count + MaxLayoutWarnings);
            CheckEach(layout.Log, "layout.layout.log", MaxPhraseLength);
        }

        if (snapshot.Platform?.ModuleUpdate.Or(null) is { } update)
        {
            CheckText(update.Status, "platform.moduleUpdate.status", MaxPhraseLength);
            CheckText(update.Error, "platform.moduleUpdate.error", MaxPhraseLength);
        }

        CheckText(snapshot.Platform?.SysfsModule.Or(null)?.Status ?? "", "platform.sysfsModule.status", MaxPhraseLength);
        CheckEach(snapshot.Memory.Nodes.Or([])!.Select(node => node.Cpus), "memory.nodes.cpus", MaxValueLength);
        CheckEach(snapshot.Memory.FirmwareMap.Or([])!.Select(range => range.Type), "memory.firmwareMap.type", MaxPhraseLength);
    }

    private static void CheckReading(SnapshotReading entry)
    {
        CheckText(entry.Reading.Source, $"the source of {entry.Member}", MaxPhraseLength);
        CheckText(entry.Reading.Reason, $"the reason of {entry.Member}", MaxPhraseLength);
        CheckText(entry.Reading.Remedy, $"the remedy of {entry.Member}", MaxPhraseLength);
        if (entry.Reading is Reading<string> text)
        {
            CheckText(text.Or("")!, entry.Member, MaxValueLength);
        }

        if (entry.Reading is Reading<IReadOnlyList<string>> { IsKnown: true } lines)
        {
            CheckCount(lines.Value, entry.Member, MaxLogLines);
            CheckEach(lines.Value, entry.Member, MaxValueLength);
        }
    }

    private static void CheckCpu(CpuFacts cpu)
    {
        CheckText(cpu.Vendor, "host.cpu.vendor", MaxValueLength);
        CheckText(cpu.ModelName, "host.cpu.modelName", MaxValueLength);
        CheckText(cpu.Microcode, "host.cpu.microcode", MaxValueLength);
        CheckCount(cpu.TdxFlags, "host.cpu.tdxFlags", MaxFlags);
        CheckEach(cpu.TdxFlags, "host.cpu.tdxFlags", MaxValueLength);
        CheckCount(cpu.TdxBugs, "host.cpu.tdxBugs", MaxFlags);
        CheckEach(cpu.TdxBugs, "host.cpu.tdxBugs", MaxValueLength);
    }

    private static void CheckText(string text, string name, int most) => Require(text.Length <= most, $"{name} has {text.Length} characters; at most {most} are accepted.");

    private static void CheckEach(IEnumerable<string> texts, string name, int most)
    {
        foreach (string text in texts)
        {
            Require(text.Length <= most, $"a text of {name} has {text.Length} characters; at most {most} are accepted.");
        }
    }

    private static void CheckCount(IReadOnlyList<string> texts, string name, int most) =>
        Require(texts.Count <= most, $"{name} has {texts.Count} lines; at most {most} are accepted.");
}
