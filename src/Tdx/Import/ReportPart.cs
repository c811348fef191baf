using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Import;

/// <summary>The output of canonical/tdx's <c>system-report.sh</c>: sections below headings, most of them in fences.</summary>
internal sealed class ReportPart() : ImportPart("canonical/tdx system-report")
{
    private const int MostPackages = 64, MostRemembered = 128;
    private const string Between = "...", Fence = "```", Registered = "Registration Flow", Erred = "ERROR:";
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _packages = [];
    private readonly List<AttestationService> _services = [];
    private ReportSection _section;
    private bool _isSecondHalf;
    private string _package = "";

    public string? OperatingSystem { get; private set; }

    public string? Release { get; private set; }

    public string? CpuName { get; private set; }

    public bool? CpuInfoHasTdx { get; private set; }

    public bool? MemoryEncryption { get; private set; }

    public bool? Seamrr { get; private set; }

    public long? PrivateKeyIds { get; private set; }

    public ulong? Mcheck { get; private set; }

    public bool? IsProduction { get; private set; }

    public string? Registration { get; private set; }

    public IReadOnlyList<string> Packages => _packages;

    /// <summary>The services that the report has a section on.</summary>
    public IReadOnlyList<AttestationService> Services => _services;

    /// <summary>Whether the report looked for services, installed or not.</summary>
    public bool LooksForServices { get; private set; }

    /// <summary>Whether a line of the report's kernel log was there before.</summary>
    public bool IsRepeat(ReadOnlySpan<char> raw) => _section == ReportSection.KernelLog && _isSecondHalf && _seen.Contains(raw.ToString());

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        if (TryHeading(raw, out ReadOnlySpan<char> title))
        {
            _section = ReportSections.Find(title);
            _isSecondHalf = false;
            _package = "";
            return _section != ReportSection.None && Use(number);
        }

        if (raw.StartsWith("<========", StringComparison.Ordinal))
        {
            _section = ReportSection.None;
            return Use(number);
        }

        ReadOnlySpan<char> line = raw.Trim();
        if (TakeRegister(number, line) || TakeSupport(number, line))
        {
            return true;
        }

        return _section switch
        {
            ReportSection.None => false,
            _ when line.IsEmpty => false,
            _ when line is Fence => Use(number),
            ReportSection.KernelLog => TakeRepeated(number, raw),
            _ => TakeInSection(line) ? Use(number) : PassOver(number),
        };
    }

    protected override IReadOnlyList<string> Facts()
    {
        (string What, string? Value)[] all =
        [
            ("operating system", OperatingSystem), ("kernel release", Release), ("processor", CpuName),
            ("/proc/cpuinfo speaks of TDX", CpuInfoHasTdx switch { true => "yes", false => "no", _ => null }),
            ("TME-MK (MSR 0x982 bit 1)", Bit(MemoryEncryption)), ("SEAMRR enabled (MSR 0x1401 bit 11)", Bit(Seamrr)),
            ("private KeyIDs (MSR 0x87)", PrivateKeyIds?.ToString(CultureInfo.InvariantCulture)), ("MCHECK (MSR 0xa0)", Mcheck is { } status ? Hex.Plain(status) : null),
            ("production part (MSR 0xce bit 27)", IsProduction switch { true => "yes", false => "no", _ => null }),
            ("services", _services.Count > 0 ? string.Join(", ", _services) : LooksForServices ? "none" : null), ("registration", Registration),
            ("packages", _packages.Count > 0 ? string.Join(", ", _packages) : null),
        ];
        return [.. all.Where(fact => fact.Value is not null).Select(fact => $"{fact.What}: {fact.Value}")];
    }

    private static string? Bit(bool? bit) => bit switch { true => "1", false => "0", _ => null };

    private static bool TryHeading(ReadOnlySpan<char> raw, out ReadOnlySpan<char> title)
    {
        int marks = raw.IndexOfAnyExcept('#');
        bool isHeading = marks is >= 2 and <= 6 && raw[marks] == ' ';
        title = isHeading ? raw[marks..].Trim() : default;
        return isHeading;
    }

    // rdmsr prints hexadecimal without 0x. Older versions of the script call the first one HW_ENCRYPT_ENABLE or MK_TME_ENABLE.
    private bool TakeRegister(long number, ReadOnlySpan<char> line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon is < 1 or > 32)
        {
            return false;
        }

        ReadOnlySpan<char> value = line[(colon + 2)..];
        int end = value.IndexOf(' ');
        value = end < 0 ? value : value[..end];
        bool isHex = ImportRanges.TryHex(value, out ulong register);
        switch (line[..colon])
        {
            case "MK_TME_ENABLED bit" or "MK_TME_ENABLE bit" or "HW_ENCRYPT_ENABLE bit" when isHex:
                MemoryEncryption = register == 1;
                return Use(number);
            case "SEAM_RR bit" when isHex:
                Seamrr = register == 1;
                return Use(number);
            case "NUM_TDX_PRIV_KEYS" when isHex && register <= uint.MaxValue:
                PrivateKeyIds = (long)register;
                return Use(number);
            case "SGX_AND_MCHECK_STATUS" when isHex:
                Mcheck = register;
                return Use(number);
            case "Production platform":
                IsProduction = value is "Production";
                return Use(number);
            default:
                return false;
        }
    }

    private bool TakeSupport(long number, ReadOnlySpan<char> line)
    {
        bool has = line is "CPU supports TDX according to /proc/cpuinfo";
        if (!has && line is not "No TDX support in CPU according to /proc/cpuinfo")
        {
            return false;
        }

        CpuInfoHasTdx = has;
        return Use(number);
    }

    // The section has the first 10 lines, three dots, and the last 20: of a short log the same lines twice.
    private bool TakeRepeated(long number, ReadOnlySpan<char> raw)
    {
        if (raw.Trim() is Between)
        {
            _isSecondHalf = true;
            return Use(number);
        }

        if (_isSecondHalf)
        {
            return IsRepeat(raw) && PassOver(number);
        }

        if (_seen.Count < MostRemembered)
        {
            _seen.Add(raw.ToString());
        }

        return false;
    }

    private bool TakeInSection(ReadOnlySpan<char> line) => _section switch
    {
        ReportSection.OperatingSystem => TakeOperatingSystem(line),
        ReportSection.Kernel => TakeRelease(line),
        ReportSection.Cpu => TakeCpu(line),
        ReportSection.Package => TakePackage(line),
        ReportSection.Qgs => TakeService(line, "qgsd"),
        ReportSection.Pccs => TakeService(line, "pccs"),
        ReportSection.Registration => TakeRegistration(line),
        _ => false,
    };

    private bool TakeOperatingSystem(ReadOnlySpan<char> line)
    {
        const string Mark = "Description:";
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
        {
            return false;
        }

        OperatingSystem = BootPart.Value(line[Mark.Length..]);
        return true;
    }

    // "6.8.0-1010-intel #17-Ubuntu SMP …": uname -rvpio.
    private bool TakeRelease(ReadOnlySpan<char> line)
    {
        if (Release is not null || !char.IsAsciiDigit(line[0]))
        {
            return false;
        }

        int blank = line.IndexOf(' ');
        Release = BootPart.Value(blank < 0 ? line : line[..blank]);
        return true;
    }

    private bool TakeCpu(ReadOnlySpan<char> line)
    {
        CpuName ??= BootPart.Value(line);
        return true;
    }

    // "Status: Not Installed", or "Status: Installed", "Package: qemu-system-x86", "Version: 1:8.2.2".
    private bool TakePackage(ReadOnlySpan<char> line)
    {
        if (line.StartsWith("Package: ", StringComparison.Ordinal))
        {
            _package = BootPart.Value(line["Package: ".Length..]);
            return true;
        }

        if (!line.StartsWith("Version: ", StringComparison.Ordinal))
        {
            return line.StartsWith("Status: ", StringComparison.Ordinal);
        }

        if (_package.Length == 0 || _packages.Count == MostPackages)
        {
            return false;
        }

        _packages.Add($"{_package} {BootPart.Value(line["Version: ".Length..])}");
        _package = "";
        return true;
    }

    private bool TakeService(ReadOnlySpan<char> line, string name)
    {
        if (line.StartsWith("Unit ", StringComparison.Ordinal) && line.EndsWith("could not be found.", StringComparison.Ordinal))
        {
            LooksForServices = true;
            return true;
        }

        if (!line.StartsWith("Active: ", StringComparison.Ordinal) || _services.Any(service => service.Name == name))
        {
            return false;
        }

        LooksForServices = true;
        _services.Add(new AttestationService(name, line.StartsWith("Active: active", StringComparison.Ordinal)));
        return true;
    }

    private bool TakeRegistration(ReadOnlySpan<char> line)
    {
        if (!line.Contains(Registered, StringComparison.Ordinal) && !line.Contains(Erred, StringComparison.Ordinal) && !line.Contains("won't be send", StringComparison.Ordinal))
        {
            return false;
        }

        Registration = BootPart.Value(line);
        return true;
    }
}

/// <summary>The sections of the report.</summary>
internal enum ReportSection
{
    None,
    Other,
    OperatingSystem,
    Kernel,
    KernelLog,
    Registers,
    Support,
    Cpu,
    Package,
    Qgs,
    Pccs,
    Registration,
}

/// <summary>Finds a section by its heading.</summary>
internal static class ReportSections
{
    public static ReportSection Find(ReadOnlySpan<char> title) => title switch
    {
        "Git ref" => ReportSection.Other,
        "Operating system details" => ReportSection.OperatingSystem,
        "Kernel version" => ReportSection.Kernel,
        "TDX kernel logs" => ReportSection.KernelLog,
        "TDX CPU instruction support" => ReportSection.Support,
        "Model specific registers (MSRs)" => ReportSection.Registers,
        "CPU details" => ReportSection.Cpu,
        "QGSD service status" => ReportSection.Qgs,
        "PCCS service status" => ReportSection.Pccs,
        _ when title.EndsWith(" package details", StringComparison.Ordinal) => ReportSection.Package,
        _ when title.StartsWith("MPA registration logs", StringComparison.Ordinal) => ReportSection.Registration,
        _ => ReportSection.None,
    };
}
