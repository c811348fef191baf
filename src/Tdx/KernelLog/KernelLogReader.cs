using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.KernelLog;

/// <summary>Understands the lines of one kernel log one by one.</summary>
internal sealed partial class KernelLogReader
{
    private const int MaxCmrs = 1_024;
    private const int MaxFailures = KernelLogLines.MaxLines;

    private readonly List<AddressRange> _cmrs = [];
    private readonly List<LoggedCause> _causes = [];
    private readonly List<FailedSeamcall> _seamcalls = [];
    private KernelLogFacts _facts = new();

    public KernelLogFacts Facts => _facts with { Cmrs = [.. _cmrs], Causes = [.. _causes], FailedSeamcalls = [.. _seamcalls] };

    public void Read(string line)
    {
        if (TextAfterPrefix(line) is not { } text)
        {
            ReadMemoryEncryption(line);
            return;
        }

        ReadState(text);
        if (!ReadSeamcall(text) && !ReadModule(text))
        {
            ReadFigure(text);
        }
    }

    // Lines of other parts of the kernel, and dumps of sysfs files, have none of these prefixes.
    private static string? TextAfterPrefix(string line)
    {
        ReadOnlySpan<char> text = KernelLogLines.TextOf(line.Length > KernelLogLines.MaxLineLength ? line.AsSpan(0, KernelLogLines.MaxLineLength) : line);
        if (text.Contains("TDX private memory error", StringComparison.Ordinal) || text.StartsWith("TDX requires ", StringComparison.Ordinal))
        {
            return text.ToString();
        }

        bool found = false;
        foreach (string prefix in (ReadOnlySpan<string>)["kvm_intel: ", "kvm-intel: ", "kvm: ", "kexec: ", "virt/tdx: ", "tdx: ", "seamldr: "])
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                text = text[prefix.Length..];
                found = true;
            }
        }

        return found ? text.ToString() : null;
    }

    // arch/x86/kernel/cpu/intel.c, detect_tme; once a boot.
    private void ReadMemoryEncryption(string line)
    {
        ReadOnlySpan<char> text = KernelLogLines.TextOf(line.Length > KernelLogLines.MaxLineLength ? line.AsSpan(0, KernelLogLines.MaxLineLength) : line);
        if (text.StartsWith("x86/tme: ", StringComparison.Ordinal) && text.EndsWith("enabled by BIOS", StringComparison.Ordinal))
        {
            _facts = _facts with { MemoryEncryption = !text.Contains(" not ", StringComparison.Ordinal) };
        }
    }

    private void ReadState(string text)
    {
        if (text.Contains("initialization failed", StringComparison.Ordinal) || text.Contains("Failed to initialize TDX module", StringComparison.Ordinal))
        {
            _facts = _facts with { Initialized = false };
        }
        else if (InitializedLine().IsMatch(text))
        {
            _facts = _facts with { Initialized = true };
        }
        else if (text.StartsWith("Enable Dynamic PAMT", StringComparison.Ordinal))
        {
            _facts = _facts with { DynamicPamt = true };
        }
        else if (text.StartsWith("Disable ACPI S3", StringComparison.Ordinal))
        {
            _facts = _facts with { DisablesAcpiS3 = true };
        }
        else if (text.StartsWith("Guest detected", StringComparison.Ordinal))
        {
            _facts = _facts with { IsGuest = true };
        }

        if (_causes.Count < MaxFailures && LoggedCause.Of(text) is { } cause)
        {
            _causes.Add(new LoggedCause(cause, text));
        }
    }

    private bool ReadSeamcall(string text)
    {
        if (_seamcalls.Count == 0 && !text.StartsWith("SEAMCALL ", StringComparison.Ordinal))
        {
            return false;
        }

        Match failed = UpstreamSeamcall().Match(text) is { Success: true } upstream ? upstream : OutOfTreeSeamcall().Match(text);
        if (failed.Success)
        {
            if (_seamcalls.Count < MaxFailures && TryNumber(failed.Groups["leaf"].Value, out ulong leaf) && Hex.TryParse(failed.Groups["status"].Value, out ulong status))
            {
                _seamcalls.Add(new FailedSeamcall(leaf, status, new Dictionary<string, ulong>()));
                _causes.Add(new LoggedCause(FailureCause.Seamcall, text));
            }

            return true;
        }

        if (_seamcalls.Count == 0 || !RegisterLine().IsMatch(text))
        {
            return false;
        }

        var registers = new Dictionary<string, ulong>(_seamcalls[^1].Registers);
        foreach (Match register in Register().Matches(text))
        {
            if (Hex.TryParse(register.Groups["value"].Value, out ulong value))
            {
                registers[register.Groups["name"].Value.ToUpperInvariant().Replace("R0", "R", StringComparison.Ordinal)] = value;
            }
        }

        _seamcalls[^1] = _seamcalls[^1] with { Registers = registers };
        return true;
    }

    private bool ReadModule(string text)
    {
        // Every form begins with one of these, and looking for that is far cheaper than trying the forms.
        if (!text.StartsWith("TDX module", StringComparison.Ordinal) && !text.StartsWith("Module vers", StringComparison.Ordinal) && !text.StartsWith("module vers", StringComparison.Ordinal))
        {
            return false;
        }

        if (Ubuntu2404().Match(text) is { Success: true } old)
        {
            _facts = _facts with
            {
                Attributes = (uint?)Number(old, "attributes"),
                VendorId = (uint?)Number(old, "vendor"),
                Version = Number(old, "major") is { } major && Number(old, "minor") is { } minor ? ((int)major, (int)minor, null) : null,
                BuildDate = DateOf(old.Groups["date"].Value, hexadecimal: false),
                BuildNumber = (int?)Number(old, "build"),
            };
            return true;
        }

        Match match = Ubuntu2504().Match(text) is { Success: true } newer ? newer : VersionLine().Match(text);
        if (!match.Success)
        {
            return false;
        }

        _facts = _facts with
        {
            Version = ((int)Number(match, "major")!, (int)Number(match, "minor")!, (int)Number(match, "update")!),
            BuildNumber = (int?)Number(match, "build") ?? _facts.BuildNumber,
            BuildDate = match.Groups["date"].Success ? DateOf(match.Groups["date"].Value, hexadecimal: true) : _facts.BuildDate,
        };
        return true;
    }

    private void ReadFigure(string text)
    {
        if (KeyIdRange().Match(text) is { Success: true } keys && Number(keys, "start") is { } start && Number(keys, "end") is { } end)
        {
            BeginBoot(((uint)start, (uint)end));
        }
        else if (text.Length > 0 && char.IsAsciiDigit(text[0]) && PamtLine().Match(text) is { Success: true } pamt)
        {
            _facts = _facts with { PamtKiB = Number(pamt, "kb") };
        }
        else if (text.StartsWith("CMR: ", StringComparison.Ordinal) && CmrLine().Match(text) is { Success: true } cmr && _cmrs.Count < MaxCmrs
            && Hex.TryParse(cmr.Groups["start"].Value, out ulong first) && Hex.TryParse(cmr.Groups["end"].Value, out ulong last)
            && first < last && last <= PhysAddr.MaxValue)
        {
            _cmrs.Add(new AddressRange(first, last));
        }
    }

    // The kernel prints the range once a boot, before everything else about TDX.
    private void BeginBoot((uint Start, uint End) keyIds)
    {
        if (_facts.PrivateKeyIds is not null)
        {
            _facts = new KernelLogFacts { MemoryEncryption = _facts.MemoryEncryption };
            _cmrs.Clear();
            _causes.Clear();
            _seamcalls.Clear();
        }

        _facts = _facts with { PrivateKeyIds = keyIds };
    }

    private static DateOnly? DateOf(string text, bool hexadecimal)
    {
        if (hexadecimal && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex) && BuildDates.TryDecode(hex, out DateOnly date))
        {
            return date;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && BuildDates.TryDecode(number, out date) ? date : null;
    }

    private static ulong? Number(Match match, string group) => TryNumber(match.Groups[group].Value, out ulong value) ? value : null;

    private static bool TryNumber(string text, out ulong value) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? Hex.TryParse(text, out value) : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    [GeneratedRegex(@"^(TDX-Module|module) initialized\b")]
    private static partial Regex InitializedLine();

    [GeneratedRegex(@"^SEAMCALL \((?<leaf>0x[0-9a-f]{1,16})\) failed: (?<status>0x[0-9a-f]{1,16})")]
    private static partial Regex UpstreamSeamcall();

    [GeneratedRegex(@"^SEAMCALL failed: CPU [0-9]{1,9}: leaf (?<leaf>[0-9]{1,19}), error (?<status>0x[0-9a-f]{1,16})")]
    private static partial Regex OutOfTreeSeamcall();

    [GeneratedRegex(@"^(additional output: )?(rcx|r09) 0x[0-9a-f]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RegisterLine();

    [GeneratedRegex(@"\b(?<name>r[a-z0-9]{1,2}) (?<value>0x[0-9a-f]{1,16})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Register();

    [GeneratedRegex(@"^TDX module: attributes (?<attributes>0x[0-9a-f]{1,8}), vendor_id (?<vendor>0x[0-9a-f]{1,8}), major_version (?<major>[0-9]{1,5}), minor_version (?<minor>[0-9]{1,5}), build_date (?<date>[0-9]{1,10}), build_num (?<build>[0-9]{1,5})\b")]
    private static partial Regex Ubuntu2404();

    [GeneratedRegex(@"^TDX module (?<major>[0-9]{1,5})\.(?<minor>[0-9]{1,5})\.(?<update>[0-9]{1,5})(\.[0-9]{1,5})?, build number (?<build>[0-9]{1,5}), build date (?<date>[0-9a-f]{8})\b")]
    private static partial Regex Ubuntu2504();

    // "verson" is what a draft of the patch printed.
    [GeneratedRegex(@"^(TDX module|Module|module) vers(i)?on: (?<major>[0-9]{1,5})\.(?<minor>[0-9]{1,5})\.(?<update>[0-9]{1,5})(\.[0-9]{1,5})?\s*$")]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"private KeyID range \[(?<start>[0-9]{1,9}), (?<end>[0-9]{1,9})\)")]
    private static partial Regex KeyIdRange();

    [GeneratedRegex(@"^(?<kb>[0-9]{1,15}) KBs? allocated for PAMT\b")]
    private static partial Regex PamtLine();

    [GeneratedRegex(@"^CMR: \[(?<start>0x[0-9a-f]{1,16}), (?<end>0x[0-9a-f]{1,16})\)")]
    private static partial Regex CmrLine();
}
