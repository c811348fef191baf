using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the firmware's own memory map from <c>/sys/firmware/memmap</c>, else what <c>/proc/iomem</c> has besides RAM.</summary>
internal static class FirmwareMapReader
{
    private const string Folder = "/sys/firmware/memmap";
    private static readonly HostSource Memmap = new(Folder, "The kernel was built without the firmware memory map.", "");
    private static readonly HostSource Iomem = new("/proc/iomem", "procfs is not mounted.", "Mount procfs on /proc.", "CAP_SYS_ADMIN");

    /// <summary>Reads the map, ascending.</summary>
    public static Reading<IReadOnlyList<FirmwareRange>> Read(HostFiles files)
    {
        HostAccess folder = files.List(Folder);
        Reading<IReadOnlyList<FirmwareRange>> memmap = folder.Error is { } error
            ? Memmap.Unread<IReadOnlyList<FirmwareRange>>(error)
            : Memmap.Try(() => ReadEntries(files, folder.Names!));
        if (memmap.IsKnown)
        {
            return memmap;
        }

        Reading<IReadOnlyList<FirmwareRange>> iomem = Iomem.Understand(files, text => FromIomem(files, IomemText.Parse(text)));
        return iomem.IsKnown || memmap.State == ReadingState.NotOffered ? iomem : memmap;
    }

    private static Reading<IReadOnlyList<FirmwareRange>> FromIomem(HostFiles files, IomemMap map) => map.AddressesHidden
        ? MemoryMapReader.Hidden<IReadOnlyList<FirmwareRange>>()
        : Reading.Known<IReadOnlyList<FirmwareRange>>(
            [.. map.Entries.Where(entry => entry.Depth == 0 && !IomemMap.IsRam(entry.Name)).Select(entry => new FirmwareRange(entry.Range, entry.Name))],
            files.Provenance, Iomem.Path);

    private static Reading<IReadOnlyList<FirmwareRange>> ReadEntries(HostFiles files, IReadOnlyList<string> names)
    {
        if (names.Count > MemoryMap.MaxBlocks)
        {
            throw new FormatException($"{Folder} has {names.Count} entries; at most {MemoryMap.MaxBlocks} are accepted.");
        }

        var ranges = new List<FirmwareRange>(names.Count);
        foreach (string name in names.Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            HostAccess start = files.Read($"{Folder}/{name}/start"), end = files.Read($"{Folder}/{name}/end"), type = files.Read($"{Folder}/{name}/type");
            if ((start.Error ?? end.Error ?? type.Error) is { } error)
            {
                return Memmap.Unread<IReadOnlyList<FirmwareRange>>(error);
            }

            ranges.Add(new FirmwareRange(Range(name, start.Text.Trim(), end.Text.Trim()), HostSource.Bounded(type.Text.Trim())));
        }

        return Reading.Known<IReadOnlyList<FirmwareRange>>([.. ranges.OrderBy(range => range.Range.Start.Value)], files.Provenance, Folder);
    }

    // The end is inclusive here (Documentation/ABI/testing/sysfs-firmware-memmap).
    private static AddressRange Range(string name, string start, string last) =>
        Hex.TryParse(start, out ulong from) && Hex.TryParse(last, out ulong to) && to >= from && to < PhysAddr.MaxValue
            ? new AddressRange(from, to + 1)
            : throw new FormatException($"{Folder}/{name} goes from '{start}' to '{last}', which is no range below 2^52.");
}
