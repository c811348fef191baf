namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>A kind of difference that any two hosts have and that says nothing about either.</summary>
/// <param name="Id">A word for URLs.</param>
/// <param name="Title">What it leaves out, for people.</param>
/// <param name="Why">Why that is expected.</param>
/// <param name="Covers">Whether an entry is such a difference.</param>
public sealed record ExpectedRule(string Id, string Title, string Why, Func<DiffEntry, bool> Covers);

/// <summary>The differences to expect between two hosts. Between two snapshots of one host none is expected.</summary>
public static class ExpectedDifferences
{
    private static readonly string[] DiskParameters = ["root=", "resume=", "BOOT_IMAGE=", "initrd=", "rd."];
    private static readonly string[] IndexMembers = [".blockBefore", ".blockAfter"];

    /// <summary>The rules, each of which can be switched off.</summary>
    public static IReadOnlyList<ExpectedRule> Rules { get; } =
    [
        new("name", "Host names", "Every host has its own.", entry => IsAt(entry, "host.name")),
        new("disk", "Disks in the kernel command line", "root=, resume=, BOOT_IMAGE=, initrd= and rd.… name disks and files of their own host; all other parameters are compared.", IsDisk),
        new("address", "Addresses", "Regions of the same size at other addresses, and the block numbers that follow from them: where memory lies depends on slots and firmware. Sizes and counts are compared.", IsAddress),
        new("log", "Lines of the kernel log", "They quote addresses and KeyIDs of their own host; what matters in them is compared as values.", entry => IsBelow(entry, "kernel.logLines") || IsBelow(entry, "layout.log")),
        new("use", "KeyIDs in use", "They follow the guests that run at the moment.", entry => IsAt(entry, "platform.keyIdsInUse") || IsAt(entry, "platform.keyIdLimitHits")),
    ];

    /// <summary>The first rule that covers an entry and is not switched off.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isOff">Whether the rule of an id is switched off.</param>
    /// <returns>Null for a difference that is not expected.</returns>
    public static ExpectedRule? RuleOf(DiffEntry entry, Func<string, bool> isOff)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(isOff);
        return Rules.FirstOrDefault(rule => rule.Covers(entry) && !isOff(rule.Id));
    }

    private static bool IsAt(DiffEntry entry, string path) => entry.Path == path && entry.Aspect == DiffAspect.Value;

    private static bool IsBelow(DiffEntry entry, string path) => entry.Aspect is DiffAspect.Value or DiffAspect.Order
        && entry.Path.StartsWith(path, StringComparison.Ordinal) && (entry.Path.Length == path.Length || entry.Path[path.Length] is '.' or '[');

    private static bool IsAddress(DiffEntry entry) => entry.Detail is RegionChange { Kind: RegionChangeKind.Moved }
        || (entry.Aspect == DiffAspect.Value
            && (entry.Path.EndsWith(".pamt.start", StringComparison.Ordinal) || entry.Path == "platform.seamrrBase" || IndexMembers.Any(member => entry.Path.EndsWith(member, StringComparison.Ordinal))));

    private static bool IsDisk(DiffEntry entry) => IsAt(entry, "host.kernelCommandLine") && entry is { Before: not null, After: not null }
        && WithoutDisks(entry.Before).SequenceEqual(WithoutDisks(entry.After));

    private static IEnumerable<string> WithoutDisks(string commandLine) => commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Where(parameter => !DiskParameters.Any(disk => parameter.StartsWith(disk, StringComparison.Ordinal)));
}
