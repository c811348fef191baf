using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;
using TdxDash.Wire;

namespace TdxDash.Web.Components.Fleet;

/// <summary>One host as a row of the fleet.</summary>
/// <param name="Entry">The host.</param>
/// <param name="Age">How long ago the dashboard heard of it.</param>
public sealed record FleetRow(HostEntry Entry, TimeSpan Age)
{
    /// <summary>Its values.</summary>
    public HostSummary Summary => Entry.Summary;

    /// <summary>Its name, or words for one that has none.</summary>
    public string Name => Wording.HostName(Summary.Name);

    /// <summary>Whether it was not heard of for so long that its values are old.</summary>
    public bool IsSilent => Age > ProbeContract.SilentAfter;

    /// <summary>Whether everything about it is made up.</summary>
    public bool IsDemo => Summary.Origin == Origin.Demo;

    /// <summary>Whether any value shown comes from the emulated module.</summary>
    public bool IsEmulated => IsDemo
        || IsFromEmulation(Summary.Version) || IsFromEmulation(Summary.MaxReserved) || IsFromEmulation(Summary.MaxTdmrs)
        || IsFromEmulation(Summary.Pamt) || IsFromEmulation(Summary.PeakReserved) || IsFromEmulation(Summary.Tdmrs);

    /// <summary>The share of the reserved areas that the fullest TDMR uses; null when not known.</summary>
    public double? ReservedShare => Summary.PeakReserved.TryGet(out int used) && Summary.MaxReserved.TryGet(out int limit) && limit > 0
        ? (double)used / limit
        : null;

    /// <summary>Whether a text occurs in anything that the row says in words.</summary>
    public bool Contains(string text) => text.Length == 0
        || Has(Name, text) || Has(Summary.CpuFamily, text) || Has(Summary.StateReason, text)
        || Has(StateBadge.Word(Summary.State), text) || Has(VersionText, text) || Has(Entry.HostId, text)
        || (IsEmulated && Has("emulated", text)) || Has(Summary.Origin.ToString(), text) || (IsSilent && Has("silent", text));

    /// <summary>The rows that a state of the page shows, in its order; equal rows by name, then by identity.</summary>
    public static IReadOnlyList<FleetRow> Select(IEnumerable<HostEntry> hosts, FleetState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(state);
        IEnumerable<FleetRow> rows = hosts
            .Select(entry => new FleetRow(entry, now - entry.LastSeen))
            .Where(row => (state.State is null || row.Summary.State == state.State) && row.Contains(state.Query));
        IOrderedEnumerable<FleetRow> sorted = state.Descending
            ? rows.OrderByDescending(row => row.Key(state.Sort), KeyOrder)
            : rows.OrderBy(row => row.Key(state.Sort), KeyOrder);
        return [.. sorted.ThenBy(row => row.Summary.Name, StringComparer.OrdinalIgnoreCase).ThenBy(row => row.Entry.HostId, StringComparer.Ordinal)];
    }

    /// <summary>The same rows in the order that they had before; new ones follow.</summary>
    public static IReadOnlyList<FleetRow> InOrderOf(IReadOnlyList<FleetRow> before, IReadOnlyList<FleetRow> rows)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(rows);
        Dictionary<string, int> places = before.Select((row, place) => (row.Entry.HostId, place)).ToDictionary(pair => pair.HostId, pair => pair.place);
        return [.. rows.OrderBy(row => places.GetValueOrDefault(row.Entry.HostId, int.MaxValue))];
    }

    private static Comparer<IComparable?> KeyOrder { get; } = Comparer<IComparable?>.Create((left, right) => (left, right) switch
    {
        (string a, string b) => StringComparer.OrdinalIgnoreCase.Compare(a, b),
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => left.CompareTo(right),
    });

    private string VersionText => Summary.Version.TryGet(out ModuleVersion version) ? version.ToString() : "";

    private IComparable? Key(FleetColumn column) => column switch
    {
        FleetColumn.State => Urgency(Summary.State),
        FleetColumn.Family => Summary.CpuFamily,
        FleetColumn.Module => Summary.Version.TryGet(out ModuleVersion version) ? (version.Major, version.Minor, version.Update) : null,
        FleetColumn.Memory => Summary.Memory.TryGet(out ByteSize memory) ? memory.Bytes : null,
        FleetColumn.Pamt => Summary.Pamt.TryGet(out ByteSize pamt) ? pamt.Bytes : null,
        FleetColumn.Reserved => ReservedShare,
        FleetColumn.Tdmrs => Summary.Tdmrs.TryGet(out int tdmrs) ? tdmrs : null,
        FleetColumn.Seen => Age,
        FleetColumn.Origin => Summary.Origin.ToString() + IsEmulated,
        _ => Summary.Name,
    };

    private static int Urgency(Tdx.Readiness.TdxState state) => state switch
    {
        Tdx.Readiness.TdxState.Failed => 0,
        Tdx.Readiness.TdxState.AtRisk => 1,
        Tdx.Readiness.TdxState.NotInitialized => 2,
        Tdx.Readiness.TdxState.NoTdx => 3,
        _ => 4,
    };

    private static bool IsFromEmulation<T>(Reading<T> reading) => reading.IsKnown && reading.Provenance == Provenance.Emulated;

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
