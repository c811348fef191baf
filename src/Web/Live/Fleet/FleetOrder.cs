using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.Fleet;

/// <summary>Sorts hosts by columns. The keys are worked out once, not for each comparison.</summary>
internal static class FleetOrder
{
    /// <summary>Whether hosts that stand by name stay where they are.</summary>
    public static bool IsByName(IReadOnlyList<FleetSort> sorts) => sorts.Count == 0 || sorts is [{ Column: FleetColumn.Host, IsDescending: false }, ..];

    /// <summary>Orders hosts that stand by name; equal ones keep that order.</summary>
    public static FleetHost[] By(IReadOnlyList<FleetSort> sorts, FleetHost[] hosts)
    {
        if (IsByName(sorts))
        {
            return hosts;
        }

        Key[][] keys = [.. sorts.Select(sort => Array.ConvertAll(hosts, host => KeyOf(host, sort.Column)))];
        int[] order = [.. Enumerable.Range(0, hosts.Length)];
        Array.Sort(order, (left, right) =>
        {
            for (int i = 0; i < keys.Length; i++)
            {
                int found = keys[i][left].CompareTo(keys[i][right], sorts[i].IsDescending);
                if (found != 0)
                {
                    return found;
                }
            }

            return left.CompareTo(right);
        });
        return Array.ConvertAll(order, place => hosts[place]);
    }

    /// <summary>The order in which hosts stand when nothing else is asked for: by name, then by identity.</summary>
    public static int ByName(FleetHost left, FleetHost right)
    {
        int found = StringComparer.OrdinalIgnoreCase.Compare(left.Summary.Name, right.Summary.Name);
        return found != 0 ? found : StringComparer.Ordinal.Compare(left.Id, right.Id);
    }

    private static Key KeyOf(FleetHost host, FleetColumn column)
    {
        HostSummary summary = host.Summary;
        return column switch
        {
            FleetColumn.State => new(HostFigures.UrgencyOf(summary.State)),
            FleetColumn.Group => new(host.Labels.Group?.ToString()),
            FleetColumn.Family => new(summary.CpuFamily),
            FleetColumn.Module => summary.Version.TryGet(out ModuleVersion version) ? new(((long)version.Major << 32) | ((long)version.Minor << 16) | (long)version.Update) : default,
            FleetColumn.Memory => summary.Memory.TryGet(out ByteSize memory) ? new(memory.Bytes) : default,
            FleetColumn.Pamt => summary.Pamt.TryGet(out ByteSize pamt) ? new(pamt.Bytes) : default,
            FleetColumn.Reserved => host.Figures.ReservedShare is double share ? new(share) : default,
            FleetColumn.Tdmrs => summary.Tdmrs.TryGet(out int tdmrs) ? new(tdmrs) : default,
            FleetColumn.Keys => host.Figures.KeysFree.TryGet(out long keys) ? new(keys) : default,
            FleetColumn.Seen => new(-(double)host.Entry.LastSeen.Ticks),
            FleetColumn.Origin => new((double)summary.Origin),
            FleetColumn.Tags => new(host.Labels.Tags.Count == 0 ? null : string.Join(' ', host.Labels.Tags)),
            FleetColumn.Kernel => new(summary.KernelRelease.Or(null)),
            FleetColumn.Tier => summary.Tier.TryGet(out ProbeTier tier) ? new((double)tier) : default,
            _ => new(summary.Name),
        };
    }

    private readonly struct Key
    {
        private readonly bool _isKnown;
        private readonly double _number;
        private readonly string? _text;

        public Key(double number) => (_isKnown, _number) = (true, number);

        public Key(string? text) => (_isKnown, _text) = (text is not null, text);

        public int CompareTo(in Key other, bool isDescending)
        {
            if (!_isKnown || !other._isKnown)
            {
                return other._isKnown.CompareTo(_isKnown);
            }

            int order = _text is null ? _number.CompareTo(other._number) : StringComparer.OrdinalIgnoreCase.Compare(_text, other._text);
            return isDescending ? -order : order;
        }
    }
}
