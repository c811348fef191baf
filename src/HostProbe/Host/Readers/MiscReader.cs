using System.Globalization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads what the misc controller of control groups says about private KeyIDs (Documentation/admin-guide/cgroup-v2.rst, Misc).</summary>
internal static class MiscReader
{
    private const string Key = "tdx", EventKey = "tdx.max";
    private const int MaxGroups = 4_096;

    // cgroup v2, v2 beside v1, and v1, in this order.
    private static readonly string[] Roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/misc"];
    private static readonly string[] GroupSuffixes = [".slice", ".scope", ".service", ".mount"];

    /// <summary>Private KeyIDs for guests.</summary>
    public static Reading<long> Capacity(HostFiles files) => ReadRoot(files, "misc.capacity");

    /// <summary>Private KeyIDs that guests hold.</summary>
    public static Reading<long> Current(HostFiles files) => ReadRoot(files, "misc.current");

    /// <summary>How often a limit kept a guest from a KeyID, over the groups below the root: each counts those below itself too.</summary>
    public static Reading<long> LimitHits(HostFiles files)
    {
        foreach (string root in Roots)
        {
            if (files.Read(root + "/misc.capacity").Error is null)
            {
                return new HostSource(root, "", "").Try(() => SumGroups(files, root));
            }
        }

        return NoController<long>();
    }

    private static Reading<long> ReadRoot(HostFiles files, string name)
    {
        foreach (string path in Roots.Select(root => $"{root}/{name}"))
        {
            var source = new HostSource(path, "", "");
            HostAccess access = files.Read(path);
            if (access.Error is { Failure: AccessFailure.Absent })
            {
                continue;
            }

            return access.Error is { } error
                ? source.Unread<long>(error)
                : source.Try(() => ValueOf(access.Text, Key) is { } value ? Reading.Known(value, files.Provenance, path) : NoKey<long>(path));
        }

        return NoController<long>();
    }

    private static Reading<long> SumGroups(HostFiles files, string root)
    {
        HostAccess folder = files.List(root);
        if (folder.Error is { } error)
        {
            return new HostSource(root, "The folder of the root control group cannot be listed.", "").Unread<long>(error);
        }

        string[] groups = [.. folder.Names!.Where(IsGroup)];
        if (groups.Length > MaxGroups)
        {
            throw new FormatException($"{root} has {groups.Length} groups; at most {MaxGroups} are accepted.");
        }

        long sum = 0;
        bool counted = false;
        foreach (string group in groups)
        {
            HostAccess events = files.Read($"{root}/{group}/misc.events");
            if (events.Error is null && ValueOf(events.Text, EventKey) is { } hits)
            {
                sum = checked(sum + hits);
                counted = true;
            }
        }

        return counted
            ? Reading.Known(sum, files.Provenance, $"{root}/*/misc.events")
            : Reading.NotOffered<long>(root, "No control group below the root counts private KeyIDs, so none limits them.");
    }

    // The files of a group all have a dot in their names, and so have the groups of systemd.
    private static bool IsGroup(string name) => !name.Contains('.', StringComparison.Ordinal) || GroupSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    private static long? ValueOf(string text, string key)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && words[0] == key)
            {
                return long.Parse(words[1], NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static Reading<T> NoKey<T>(string path) => Reading.NotOffered<T>(path, "The misc controller lists no tdx key: KVM has no private KeyIDs to give to guests.");

    private static Reading<T> NoController<T>() => Reading.NotOffered<T>(Roots[0] + "/misc.capacity", "The root control group has no misc controller, or no cgroup file system is mounted.");
}
