using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Counts the kernel's memory blocks in <c>/sys/devices/system/memory</c>.</summary>
internal static class MemoryBlocksReader
{
    /// <summary>The folder of the blocks.</summary>
    public const string Folder = "/sys/devices/system/memory";

    private const string Prefix = "memory", Online = "online", Offline = "offline", GoingOffline = "going-offline";
    private static readonly HostSource Size = new(Folder + "/block_size_bytes", "The kernel has no memory hot-plug support.", "");
    private static readonly HostSource Blocks = new(Folder, "The kernel has no memory hot-plug support.", "");

    /// <summary>Reads size and states.</summary>
    public static Reading<MemoryBlocks> Read(HostFiles files)
    {
        Reading<ulong> size = ReadSize(files);
        if (!size.TryGet(out ulong bytes))
        {
            return size.Map<MemoryBlocks>(_ => null!);
        }

        HostAccess folder = files.List(Folder);
        return folder.Error is { } error
            ? Blocks.Unread<MemoryBlocks>(error)
            : Blocks.Try(() => Count(files, bytes, [.. folder.Names!.Where(name => NumberOf(name) >= 0)]));
    }

    /// <summary>The size of a block in bytes.</summary>
    public static Reading<ulong> ReadSize(HostFiles files) => Size.Read(files, text => ulong.Parse(text.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>The number in a block's name; -1 where it is no block.</summary>
    public static long NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;

    private static Reading<MemoryBlocks> Count(HostFiles files, ulong size, IReadOnlyList<string> names)
    {
        if (names.Count > MemoryMap.MaxBlocks)
        {
            throw new FormatException($"It has {names.Count} blocks; at most {MemoryMap.MaxBlocks} are accepted.");
        }

        int online = 0, offline = 0;
        foreach (string name in names)
        {
            HostAccess state = files.Read($"{Folder}/{name}/state");
            if (state.Error is { Failure: AccessFailure.Absent })
            {
                // It was taken away since its folder was listed.
                continue;
            }

            if (state.Error is { } error)
            {
                return Blocks.Unread<MemoryBlocks>(error);
            }

            switch (HostSource.FirstLine(state.Text))
            {
                case Online: online++; break;
                case Offline or GoingOffline: offline++; break;
                case string other: throw new FormatException($"The state of {name} is '{other}'.");
            }
        }

        if (names.Count > 0 && online + offline == 0)
        {
            throw new FormatException($"None of its {names.Count} blocks has a state.");
        }

        var blocks = new MemoryBlocks(new ByteSize(size), online, offline);
        blocks.Check();
        return Reading.Known(blocks, files.Provenance, Folder);
    }
}
