using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;

namespace TdxDash.Fuzz.Targets;

/// <summary>The kernel log: picking its lines about TDX, and understanding them.</summary>
internal sealed class KernelLogTarget() : TextTarget("kernel-log")
{
    protected override IEnumerable<string> Texts() =>
    [
        .. Captures(),
        "6,1234,567890,-;virt/tdx: BIOS enabled: private KeyID range [32, 64)\n<6>[    1.63][    T1] tdx: CMR: [0x100000, 0x77800000)\r\nMar 21 09:40:00 host kernel: virt/tdx: 1050644 KB allocated for PAMT\n",
        "kern  :err   : [Tue Mar 21 09:40:00 2023] virt/tdx: SEAMCALL (0x2d) failed: 0xc000050500000000\nvirt/tdx: RCX 0x1 RDX 0x2 R08 0x3\nvirt/tdx: R09 0x1 R10 0x0 R11 0x0\n",
        "virt/tdx: TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, build_date 20240129, build_num 744\nvirt/tdx: module initialized\n",
    ];

    protected override string Check(string text)
    {
        IReadOnlyList<string> lines = KernelLogFacts.TdxLines(text);
        Promise(lines.Count <= KernelLogLines.MaxLines, $"{lines.Count} lines are kept");
        foreach (string line in lines)
        {
            Promise(line.Length <= KernelLogLines.MaxLineLength, $"a line of {line.Length} characters is kept");
            Promise(!line.Any(char.IsControl) && IsWhole(line), "a kept line is not fit to be shown");
        }

        // The reader knows one line end, the other overload all of Unicode's.
        if (text.IndexOfAny(['\r', '\f', '\u0085', '\u2028', '\u2029']) < 0)
        {
            Promise(KernelLogFacts.TdxLines(new StringReader(text)).SequenceEqual(lines), "text and reader give different lines");
        }

        var numbers = RecordNumbers.Of(text);
        Promise(numbers.First is null == numbers.Last is null && (numbers.First is not null || numbers.Missing == 0), "records are missing where none was seen");
        return $"{Understand(lines)} {numbers.LacksBeginning} {numbers.Missing > 0}";
    }

    private static bool IsWhole(string line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (char.IsSurrogate(line[i]) && !(i + 1 < line.Length && char.IsSurrogatePair(line[i], line[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static string Understand(IReadOnlyList<string> lines)
    {
        KernelLogFacts facts = KernelLogFacts.From(lines);
        Promise(facts.Cmrs.All(cmr => cmr.End.Value <= PhysAddr.MaxValue), "a CMR ends beyond 2^52");
        Promise(facts.Failures.Count <= 2 * KernelLogLines.MaxLines && facts.FailedSeamcalls.Count <= KernelLogLines.MaxLines, "more failures than lines");
        foreach (FailedSeamcall call in facts.FailedSeamcalls)
        {
            Promise(call.Explain().Meaning.Length > 0, $"status {Hex.Plain(call.Status)} is not explained");
        }

        return $"kept {Math.Min(lines.Count, 3)} {facts.Version is null} {facts.BuildDate is null} {facts.Initialized} {facts.PamtKiB is null} {facts.Cmrs.Count > 0} {facts.Failures.Count > 0} {facts.FailedSeamcalls.Count > 0} {facts.DynamicPamt}";
    }
}
