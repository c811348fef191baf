using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>What a boot log says about the machine and its kernel.</summary>
internal sealed partial class BootPart() : ImportPart("boot log")
{
    private const string LinuxVersion = "Linux version ", CommandLineMark = "ommand line: ", Dmi = "DMI: ", Bios = ", BIOS ", Cpu0 = "smpboot: CPU0: ", Hypervisor = "Hypervisor detected: ", HostNameMark = "Hostname set to <";

    /// <summary>The longest value that is kept, in characters.</summary>
    public const int MaxValue = 4_096;

    private long _boots;

    public string? Release { get; private set; }

    public string? CommandLine { get; private set; }

    public string? Product { get; private set; }

    public string? Firmware { get; private set; }

    public string? CpuName { get; private set; }

    public CpuSignature? Signature { get; private set; }

    public int? LogicalCpus { get; private set; }

    public string? DetectedHypervisor { get; private set; }

    /// <summary>The host's name, from the journal's own column or from what systemd said.</summary>
    public string? HostName { get; private set; }

    /// <summary>How many boots began in the text.</summary>
    public long Boots => _boots;

    /// <summary>Whether a line begins a boot: the first that every kernel prints.</summary>
    public static bool BeginsBoot(ReadOnlySpan<char> text) => text.StartsWith(LinuxVersion, StringComparison.Ordinal);

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        NoteHost(raw);
        if (BeginsBoot(text))
        {
            _boots++;
            ReadOnlySpan<char> release = text[LinuxVersion.Length..];
            int blank = release.IndexOf(' ');
            Release = Value(blank < 0 ? release : release[..blank]);
            return Use(number);
        }

        if (text.StartsWith("Command line: ", StringComparison.Ordinal) || text.StartsWith("Kernel command line: ", StringComparison.Ordinal))
        {
            CommandLine = Value(text[(text.IndexOf(CommandLineMark, StringComparison.Ordinal) + CommandLineMark.Length)..]);
            return Use(number);
        }

        return text.StartsWith(Dmi, StringComparison.Ordinal) ? TakeDmi(number, text[Dmi.Length..])
            : text.StartsWith(Cpu0, StringComparison.Ordinal) ? TakeCpu(number, text[Cpu0.Length..])
            : text.StartsWith("smp: Brought up ", StringComparison.Ordinal) ? TakeCount(number, text)
            : TakeRest(number, text);
    }

    public override void StartOver()
    {
        base.StartOver();
        Release = CommandLine = Product = Firmware = CpuName = DetectedHypervisor = null;
        Signature = null;
        LogicalCpus = null;
    }

    /// <summary>A text from outside that a snapshot can hold.</summary>
    public static string Value(ReadOnlySpan<char> text) => PlainText.Of((text.Length > MaxValue ? text[..MaxValue] : text).Trim().ToString());

    protected override IReadOnlyList<string> Facts()
    {
        (string What, string? Value)[] all =
        [
            ("host name", HostName), ("kernel release", Release), ("kernel command line", CommandLine), ("product", Product), ("BIOS", Firmware), ("processor", CpuName),
            ("processor model", Signature is { } cpu ? $"family {cpu.Family}, model {cpu.Model}, stepping {cpu.Stepping}" : null),
            ("logical CPUs", LogicalCpus?.ToString(CultureInfo.InvariantCulture)), ("hypervisor", DetectedHypervisor),
            ("boots", _boots > 1 ? string.Create(CultureInfo.InvariantCulture, $"{_boots}, of which the last one counts") : null),
        ];
        return [.. all.Where(fact => fact.Value is not null).Select(fact => $"{fact.What}: {fact.Value}")];
    }

    // "DMI: Vendor Product/Board, BIOS 1.20 12/03/2024" (drivers/firmware/dmi_scan.c).
    private bool TakeDmi(long number, ReadOnlySpan<char> text)
    {
        int bios = text.IndexOf(Bios, StringComparison.Ordinal);
        if (bios < 0)
        {
            return false;
        }

        int board = text[..bios].LastIndexOf('/');
        Product = Value(board > 0 ? text[..board] : text[..bios]);
        Firmware = Value(text[(bios + Bios.Length)..]);
        return Use(number);
    }

    private bool TakeCpu(long number, ReadOnlySpan<char> text)
    {
        Match match = CpuModel().Match(text.ToString());
        if (!match.Success)
        {
            return PassOver(number);
        }

        CpuName = Value(match.Groups["name"].Value);
        Signature = new CpuSignature(Number(match, "family"), Number(match, "model"), Number(match, "stepping"));
        return Use(number);
    }

    private bool TakeCount(long number, ReadOnlySpan<char> text)
    {
        Match match = CpuCount().Match(text.ToString());
        if (!match.Success)
        {
            return PassOver(number);
        }

        LogicalCpus = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return Use(number);
    }

    private bool TakeRest(long number, ReadOnlySpan<char> text)
    {
        if (text.StartsWith(Hypervisor, StringComparison.Ordinal))
        {
            DetectedHypervisor = Value(text[Hypervisor.Length..]);
            return Use(number);
        }

        int name = text[..Math.Min(text.Length, 48)].IndexOf(HostNameMark, StringComparison.Ordinal);
        int end = name < 0 ? -1 : text[(name + HostNameMark.Length)..].IndexOf('>');
        if (end < 1)
        {
            return false;
        }

        HostName = Value(text.Slice(name + HostNameMark.Length, end));
        return Use(number);
    }

    // "Mar 21 09:40:00 rack1-a07 kernel: text", also with an ISO date.
    private void NoteHost(ReadOnlySpan<char> raw)
    {
        const string Mark = " kernel: ";
        if (HostName is not null || raw.Length == 0 || !char.IsAsciiLetterOrDigit(raw[0]))
        {
            return;
        }

        int end = raw[..Math.Min(raw.Length, 128)].IndexOf(Mark, StringComparison.Ordinal);
        int start = end < 0 ? -1 : raw[..end].LastIndexOf(' ');
        if (start > 0 && raw[..start].Contains(':') && !raw[(start + 1)..end].Contains(':'))
        {
            HostName = Value(raw[(start + 1)..end]);
        }
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>.{1,256}?) \(family: 0x(?<family>[0-9a-f]{1,4}), model: 0x(?<model>[0-9a-f]{1,4}), stepping: 0x(?<stepping>[0-9a-f]{1,4})\)")]
    private static partial Regex CpuModel();

    [GeneratedRegex(@", ([0-9]{1,5}) CPUs?$")]
    private static partial Regex CpuCount();
}
