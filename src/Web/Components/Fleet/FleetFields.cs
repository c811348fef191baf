using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>A field of a file that the table is saved to.</summary>
/// <param name="Name">The name, which says the unit.</param>
/// <param name="Value">The value: text, a number or a truth; null when not known.</param>
public sealed record FleetField(string Name, Func<FleetHost, DateTimeOffset, object?> Value);

/// <summary>What the columns of the table are in a file: sizes in bytes, times in UTC, each value beside where it comes from.</summary>
public static class FleetFields
{
    private static readonly FleetField[] Always = [new("host_id", (host, _) => host.Id), new("origin", (host, _) => Lower(host.Summary.Origin)), new("emulated", (host, _) => host.Figures.IsEmulated)];

    /// <summary>The fields of some columns, in their order; identity and origin are always there.</summary>
    public static IReadOnlyList<FleetField> Of(IEnumerable<FleetColumn> columns) => [.. columns.SelectMany(Of)];

    private static FleetField[] Of(FleetColumn column) => column switch
    {
        FleetColumn.Host => [new("host", (host, _) => host.Summary.Name), .. Always],
        FleetColumn.State =>
        [
            new("state", (host, _) => StateWords.Of(host.Summary.State)), new("state_reason", (host, _) => host.Summary.StateReason),
            new("silent", (host, now) => host.IsSilentAt(now)),
        ],
        FleetColumn.Group => [new("group", (host, _) => host.Labels.Group?.ToString())],
        FleetColumn.Family => [new("cpu_family", (host, _) => host.Summary.CpuFamily)],
        FleetColumn.Module =>
        [
            new("module_version", (host, _) => Value(host.Summary.Version, version => version.ToString())), Provenance("module_version", host => host.Summary.Version),
            new("module_newer_releases", (host, _) => Value(host.Figures.Newer, newer => newer.Count)),
        ],
        FleetColumn.Memory => [new("memory_bytes", (host, _) => Bytes(host.Summary.Memory)), Provenance("memory", host => host.Summary.Memory)],
        FleetColumn.Pamt =>
        [
            new("pamt_bytes", (host, _) => Bytes(host.Summary.Pamt)),
            new("pamt_percent_of_memory", (host, _) => host.Figures.PamtShare is double share ? Math.Round(share * 100, 4) : null),
            Provenance("pamt", host => host.Summary.Pamt),
        ],
        FleetColumn.Reserved =>
        [
            new("reserved_areas_peak", (host, _) => Value(host.Summary.PeakReserved, peak => peak)), new("reserved_areas_limit", (host, _) => Value(host.Summary.MaxReserved, most => most)),
            Provenance("reserved_areas", host => host.Summary.PeakReserved),
        ],
        FleetColumn.Tdmrs =>
        [
            new("tdmrs", (host, _) => Value(host.Summary.Tdmrs, tdmrs => tdmrs)), new("tdmrs_limit", (host, _) => Value(host.Summary.MaxTdmrs, most => most)),
            Provenance("tdmrs", host => host.Summary.Tdmrs),
        ],
        FleetColumn.Keys =>
        [
            new("keyids_free", (host, _) => Value(host.Figures.KeysFree, free => free)), new("keyids_total", (host, _) => Value(host.Summary.KeyIds, all => all)),
            Provenance("keyids", host => host.Figures.KeysFree),
        ],
        FleetColumn.Seen => [new("last_seen_utc", (host, _) => host.Entry.LastSeen.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))],
        FleetColumn.Tags => [new("tags", (host, _) => string.Join(' ', host.Labels.Tags))],
        FleetColumn.Kernel => [new("kernel", (host, _) => host.Summary.KernelRelease.Or(null))],
        FleetColumn.Tier => [new("tier", (host, _) => Value(host.Summary.Tier, FleetColumns.Word))],
        _ => [], // the origin is always there
    };

    private static FleetField Provenance<T>(string name, Func<FleetHost, Reading<T>> reading) =>
        new(name + "_provenance", (host, _) => reading(host) is { IsKnown: true } known ? ProvenanceMark.Word(known.Provenance) : null);

    private static object? Value<T, TOut>(Reading<T> reading, Func<T, TOut> value) => reading.TryGet(out T? known) ? value(known) : null;

    private static ulong? Bytes(Reading<ByteSize> size) => size.TryGet(out ByteSize known) ? known.Bytes : null;

    private static string Lower(Origin origin) => origin.ToString().ToLowerInvariant();
}
