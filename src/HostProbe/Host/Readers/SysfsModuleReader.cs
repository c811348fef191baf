using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads what kernels before upstream support say of the TDX module in <c>/sys/firmware/tdx/tdx_module</c>.</summary>
internal static class SysfsModuleReader
{
    private const string Folder = "/sys/firmware/tdx/tdx_module";
    private static readonly HostSource Source = new(Folder, "The kernel has no such folder, as no upstream kernel has.", "");

    // Without a module that was at least loaded there is nothing to tell.
    private static readonly string[] Silent = ["unknown", "none"];

    /// <summary>Reads everything.</summary>
    public static Reading<SysfsModule> Read(HostFiles files)
    {
        HostAccess status = files.Read(Folder + "/status");
        return status.Error is { } error ? Source.Unread<SysfsModule>(error) : Source.Try(() => Parse(files, HostSource.FirstLine(status.Text)));
    }

    private static Reading<SysfsModule> Parse(HostFiles files, string status)
    {
        if (Silent.Contains(status))
        {
            return Reading.NotOffered<SysfsModule>(Folder, $"The status of the TDX module is '{status}'.");
        }

        string[] names = ["attributes", "vendor_id", "major_version", "minor_version", "build_num", "build_date"];
        HostAccess[] accesses = [.. names.Select(name => files.Read($"{Folder}/{name}"))];
        if (Array.Find(accesses, access => access.Error is not null)?.Error is { } error)
        {
            return error.Failure == AccessFailure.Absent ? Source.Malformed<SysfsModule>("Some of its files are absent.") : Source.Unread<SysfsModule>(error);
        }

        string[] texts = [.. accesses.Select(access => HostSource.FirstLine(access.Text))];
        uint[] numbers = [.. texts[..5].Select((text, i) => Number(names[i], text))];
        return numbers[2] <= ushort.MaxValue && numbers[3] <= ushort.MaxValue && numbers[4] <= int.MaxValue
            ? Reading.Known(new SysfsModule(status, numbers[0], numbers[1], (int)numbers[2], (int)numbers[3], (int)numbers[4], Date(texts[5])), files.Provenance, Folder)
            : Source.Malformed<SysfsModule>($"Version {texts[2]}.{texts[3]} or build number {texts[4]} is out of bounds.");
    }

    private static uint Number(string name, string text) => Hex.TryParse(text, out ulong value) && value <= uint.MaxValue
        ? (uint)value
        : throw new FormatException($"{name} is '{text}', not 0x and up to 8 hex digits.");

    // Kernels print it as yyyymmdd, in decimal, as BCD with 0x, or as the hexadecimal form of the decimal number.
    private static DateOnly Date(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        return (ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong plain) && BuildDates.TryDecode(plain, out DateOnly date) && date.Year >= 2000)
            || (Hex.TryParse(text, out ulong number) && BuildDates.TryDecode(number, out date))
            ? date
            : throw new FormatException($"build_date is '{text}', which is no date.");
    }
}
