using System.Globalization;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What kinds of things a change touched. The bits are stored: append only.</summary>
[Flags]
public enum ChangeKinds
{
    /// <summary>Nothing that has a kind of its own.</summary>
    None = 0,

    /// <summary>The first snapshot of the host: there is nothing to compare it with.</summary>
    First = 1 << 0,

    /// <summary>The host was booted.</summary>
    Boot = 1 << 1,

    /// <summary>Another TDX module or P-SEAMLDR: version, build or features.</summary>
    Module = 1 << 2,

    /// <summary>Another kernel release or command line.</summary>
    Kernel = 1 << 3,

    /// <summary>Firmware (BIOS) or microcode.</summary>
    Firmware = 1 << 4,

    /// <summary>Memory ranges, NUMA nodes or the firmware map.</summary>
    Memory = 1 << 5,

    /// <summary>TDMRs, PAMTs, reserved areas or their limits.</summary>
    Layout = 1 << 6,

    /// <summary>Fields of the module's metadata.</summary>
    Metadata = 1 << 7,

    /// <summary>Lines of the kernel log.</summary>
    Log = 1 << 8,

    /// <summary>The state: ready, at risk, failed and so on.</summary>
    State = 1 << 9,

    /// <summary>Anything else.</summary>
    Other = 1 << 10,

    /// <summary>A <see cref="HostAttribute"/>.</summary>
    Attributes = 1 << 11,

    /// <summary>A figure of the fleet row: memory, PAMT, reserved areas, TDMRs or a limit.</summary>
    Figures = 1 << 12,

    /// <summary>One of the two could not be read, so that nothing is known of the change.</summary>
    Unreadable = 1 << 13,

    /// <summary>How many private KeyIDs guests use: it changes with every guest.</summary>
    KeyIdsInUse = 1 << 14,
}

/// <summary>A change from one snapshot of a host to the next, in short.</summary>
/// <param name="Fields">How many entries their <see cref="SnapshotDiff"/> has.</param>
/// <param name="Kinds">What it touched.</param>
/// <param name="Headline">The most telling differences in one line; holds texts of the host.</param>
public sealed record ChangeSummary(int Fields, ChangeKinds Kinds, string Headline)
{
    private const int MostParts = 4;

    // By the longest prefix first: what stands deeper has a kind of its own.
    private static readonly (string Prefix, ChangeKinds Kind, string Noun)[] Places =
    [
        ("host.kernelRelease", ChangeKinds.Kernel, "kernel"),
        ("host.kernelCommandLine", ChangeKinds.Kernel, "kernel command line"),
        ("host.firmware", ChangeKinds.Firmware, "firmware"),
        ("host.cpu.microcode", ChangeKinds.Firmware, "microcode"),
        ("kernel.moduleVersion", ChangeKinds.Module, "module"),
        ("kernel.seamldrVersion", ChangeKinds.Module, "P-SEAMLDR"),
        ("kernel.logLines", ChangeKinds.Log, "kernel log"),
        ("platform.moduleUpdate", ChangeKinds.Module, "module update"),
        ("platform.sysfsModule", ChangeKinds.Module, "module"),
        ("platform.keyIdsInUse", ChangeKinds.KeyIdsInUse, "KeyIDs in use"),
        ("module.metadata", ChangeKinds.Metadata, "metadata"),
        ("memory", ChangeKinds.Memory, "memory"),
        ("layout", ChangeKinds.Layout, "layout"),
    ];

    /// <summary>The first snapshot of a host.</summary>
    public static ChangeSummary OfFirst { get; } = new(0, ChangeKinds.First, "first snapshot");

    /// <summary>A change of which nothing is known.</summary>
    /// <param name="reason">Why, for a person.</param>
    public static ChangeSummary OfUnreadable(string reason) => new(0, ChangeKinds.Unreadable, reason);

    /// <summary>Sums up the change between two snapshots of one host.</summary>
    /// <param name="before">The earlier one.</param>
    /// <param name="after">The later one.</param>
    /// <param name="booted">Whether the host was booted between them.</param>
    public static ChangeSummary Between(Snapshot before, Snapshot after, bool booted)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        IReadOnlyList<DiffEntry> entries = SnapshotDiff.Between(before, after).Entries;
        HostDigest old = HostDigest.From(before), now = HostDigest.From(after);
        ChangeKinds kinds = booted ? ChangeKinds.Boot : ChangeKinds.None;
        foreach (DiffEntry entry in entries)
        {
            kinds |= KindOf(entry.Path);
        }

        HostAttribute[] attributes = [.. now.Attributes.Differing(old.Attributes)];
        kinds |= attributes.Length > 0 ? ChangeKinds.Attributes : ChangeKinds.None;
        kinds |= attributes.Any(IsModules) ? ChangeKinds.Module : ChangeKinds.None;
        kinds |= old.Summary.State != now.Summary.State ? ChangeKinds.State : ChangeKinds.None;
        kinds |= SameFigures(old.Summary, now.Summary) ? ChangeKinds.None : ChangeKinds.Figures;
        return new ChangeSummary(entries.Count, kinds, Head(old, now, attributes, booted, entries));
    }

    private static bool IsModules(HostAttribute attribute) =>
        attribute is HostAttribute.ModuleVersion or HostAttribute.ModuleBuild or HostAttribute.Features or HostAttribute.Seamldr;

    private static ChangeKinds KindOf(string path)
    {
        foreach ((string prefix, ChangeKinds kind, _) in Places)
        {
            if (IsBelow(path, prefix))
            {
                return kind;
            }
        }

        return ChangeKinds.Other;
    }

    private static bool IsBelow(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] is '.' or '[');

    private static bool SameFigures(HostSummary old, HostSummary now) =>
        Same(old.Memory, now.Memory) && Same(old.Pamt, now.Pamt) && Same(old.PeakReserved, now.PeakReserved) && Same(old.MaxReserved, now.MaxReserved)
        && Same(old.Tdmrs, now.Tdmrs) && Same(old.MaxTdmrs, now.MaxTdmrs);

    private static bool Same<T>(Reading<T> left, Reading<T> right)
        where T : struct => left.IsKnown == right.IsKnown && EqualityComparer<T>.Default.Equals(left.Or(default), right.Or(default));

    // What a person asks first comes first: the state, then what was replaced, then where the rest lies.
    private static string Head(HostDigest old, HostDigest now, HostAttribute[] attributes, bool booted, IReadOnlyList<DiffEntry> entries)
    {
        var parts = new List<string>();
        if (old.Summary.State != now.Summary.State)
        {
            parts.Add($"state: {now.Summary.StateReason}");
        }

        parts.AddRange(attributes.Select(attribute => $"{HostAttributes.Title(attribute)} {Text(old.Attributes[attribute])} → {Text(now.Attributes[attribute])}"));
        foreach (IGrouping<string, DiffEntry> group in entries.GroupBy(entry => NounOf(entry.Path)).OrderByDescending(group => group.Count()))
        {
            if (!attributes.Any(attribute => HostAttributes.Title(attribute).StartsWith(group.Key, StringComparison.Ordinal)))
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{group.Key}: {Count(group.Count())}"));
            }
        }

        string rest = parts.Count > MostParts ? string.Create(CultureInfo.InvariantCulture, $", and {parts.Count - MostParts} more") : "";
        string changes = string.Join(", ", parts.Take(MostParts)) + rest;
        return (booted, changes.Length) switch
        {
            (true, 0) => "booted, nothing else changed",
            (true, _) => $"booted; {changes}",
            (false, 0) => "nothing changed",
            _ => changes,
        };
    }

    private static string NounOf(string path)
    {
        foreach ((string prefix, _, string noun) in Places)
        {
            if (IsBelow(path, prefix))
            {
                return noun;
            }
        }

        return path.Split('.', '[')[0];
    }

    private static string Count(int count) => count == 1 ? "1 change" : string.Create(CultureInfo.InvariantCulture, $"{count} changes");

    private static string Text(Reading<string> reading) => reading.Or("not known")!;
}
