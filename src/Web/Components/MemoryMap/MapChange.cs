using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>What became of a region between two maps.</summary>
/// <param name="Kind">How it changed.</param>
/// <param name="Before">Where it was; null when it was added.</param>
/// <param name="After">Where it is; null when it was removed.</param>
/// <param name="Text">The change in words.</param>
public sealed record MapChange(RegionChangeKind Kind, AddressRange? Before, AddressRange? After, string Text)
{
    /// <summary>The changes of regions that a diff holds, in its order.</summary>
    public static IReadOnlyList<MapChange> Of(SnapshotDiff diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        return [.. diff.Entries.Where(entry => entry.Detail is RegionChange).Select(entry =>
        {
            var change = (RegionChange)entry.Detail!;
            string word = change.Kind.ToString().ToLowerInvariant();
            return new MapChange(change.Kind, change.Before, change.After, $"{entry.Path} {word}: {entry.Before ?? "nothing"} → {entry.After ?? "nothing"}");
        })];
    }

    /// <summary>The form that js/memory-map/changes.js reads.</summary>
    internal object ToScript() => new
    {
        kind = Kind.ToString().ToLowerInvariant(),
        text = Text,
        before = Ends(Before),
        after = Ends(After),
    };

    private static string[]? Ends(AddressRange? range) => range is AddressRange known ? [known.Start.ToString(), known.End.ToString()] : null;
}
