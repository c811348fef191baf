using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>The firmware's map as the kernel prints it at boot (<c>arch/x86/kernel/e820.c</c>): <c>BIOS-e820: [mem 0x…-0x…] usable</c>, and
/// what the kernel then changed of it: <c>e820: update […] usable ==> reserved</c>, <c>e820: remove […] usable</c>.</summary>
internal sealed class E820Part() : ImportPart("e820 map of a boot log")
{
    private const string Entry = "BIOS-e820: ", Update = "e820: update ", Remove = "e820: remove ";
    private const string Usable = "usable";
    private const int MaxTypeLength = 64;

    // The words of e820_print_type, and those of e820_type_to_string, which sysfs and /proc/iomem use.
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [Usable] = "System RAM",
        ["reserved"] = "Reserved",
        ["ACPI data"] = "ACPI Tables",
        ["ACPI NVS"] = "ACPI Non-volatile Storage",
        ["unusable"] = "Unusable memory",
        ["soft reserved"] = "Soft Reserved",
    };

    private readonly List<FirmwareRange> _entries = [];
    private readonly List<AddressRange> _taken = [];

    /// <summary>The map as the firmware gave it, ascending.</summary>
    public IReadOnlyList<FirmwareRange> Map => [.. _entries.OrderBy(entry => entry.Range.Start.Value)];

    /// <summary>The RAM that is left after the kernel's changes and without what another entry claims, ascending.</summary>
    public IReadOnlyList<AddressRange> Ram
    {
        get
        {
            List<AddressRange> usable = ImportRanges.Union(_entries.Where(entry => entry.Type == Types[Usable]).Select(entry => entry.Range));
            List<AddressRange> others = ImportRanges.Union(_entries.Where(entry => entry.Type != Types[Usable]).Select(entry => entry.Range).Concat(_taken));
            return ImportRanges.Subtract(usable, others);
        }
    }

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        if (text.StartsWith(Entry, StringComparison.Ordinal))
        {
            return ImportRanges.TryRead(text[Entry.Length..], out AddressRange range, out ReadOnlySpan<char> type) && !type.IsEmpty && Add(new FirmwareRange(range, TypeOf(type))) ? Use(number) : PassOver(number);
        }

        bool isUpdate = text.StartsWith(Update, StringComparison.Ordinal);
        if (!isUpdate && !text.StartsWith(Remove, StringComparison.Ordinal))
        {
            return false;
        }

        // Remarks on types alone, such as usable ==> usable for boot data, take nothing away.
        bool takes = ImportRanges.TryRead(text[Update.Length..], out AddressRange gone, out ReadOnlySpan<char> change) && change.StartsWith(Usable, StringComparison.Ordinal)
            && (!isUpdate || !change.EndsWith("==> usable", StringComparison.Ordinal)) && _taken.Count < MemoryMap.MaxBlocks;
        if (takes)
        {
            _taken.Add(gone);
        }

        return takes ? Use(number) : PassOver(number);
    }

    public override void StartOver()
    {
        base.StartOver();
        _entries.Clear();
        _taken.Clear();
    }

    protected override IReadOnlyList<string> Facts() => _entries.Count == 0 ? [] :
    [
        string.Create(CultureInfo.InvariantCulture, $"{_entries.Count} ranges, {ImportRanges.Total(Ram)} of them usable"),
        .. _taken.Count == 0 ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"{_taken.Count} changes by the kernel") },
    ];

    private bool Add(FirmwareRange entry)
    {
        if (_entries.Count == MemoryMap.MaxBlocks)
        {
            return false;
        }

        _entries.Add(entry);
        return true;
    }

    private static string TypeOf(ReadOnlySpan<char> printed)
    {
        string type = PlainText.Of(printed[..Math.Min(printed.Length, MaxTypeLength)].ToString());
        return Types.TryGetValue(type, out string? known) ? known : type.StartsWith("persistent", StringComparison.Ordinal) ? "Persistent Memory" : type;
    }
}
