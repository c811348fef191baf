using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Live.Catalogue;

namespace TdxDash.Web.Live.Fleet;

/// <summary>The fleet as lists show it.</summary>
public interface IFleetProjection
{
    /// <summary>The fleet now. What changed since the last time is worked in, and no more than that; signs of life that changed
    /// nothing else, and the moment, may be a second old.</summary>
    FleetSnapshot Current { get; }

    /// <summary>One host as it is at this very moment, or null.</summary>
    FleetHost? Find(string hostId);

    /// <summary>Calls back with each host that changed, on any thread, never for long. Disposing ends it. Subscribe first and
    /// load second.</summary>
    IDisposable Subscribe(Action<string> onChange);
}

/// <summary>Keeps the fleet in order of names while hosts change, from the fleet's own feed and the labels'.</summary>
internal sealed class FleetProjection : IFleetProjection, IDisposable
{
    /// <summary>How old a sign of life may be that changed nothing else.</summary>
    public static readonly TimeSpan SignsOfLifeAfter = TimeSpan.FromSeconds(1);

    private readonly IFleetView _fleet;
    private readonly ILabelBook _labels;
    private readonly IModuleCatalogue _catalogue;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, byte> _changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FleetHost> _known = new(StringComparer.Ordinal);
    private readonly List<FleetHost> _byName = [];
    private readonly IDisposable _fleetFeed;
    private readonly IDisposable _labelFeed;
    private FleetSnapshot _current;
    private ModuleCatalogue _releases;
    private long _refreshedAt;

    public FleetProjection(IFleetView fleet, ILabelBook labels, IModuleCatalogue catalogue, TimeProvider time)
    {
        (_fleet, _labels, _catalogue, _time) = (fleet, labels, catalogue, time);
        _releases = catalogue.Current;
        _fleetFeed = fleet.Subscribe(entry => _changed[entry.HostId] = 0);
        _labelFeed = labels.Subscribe(hostId => _changed[hostId] = 0);
        lock (_lock)
        {
            _current = Whole(version: 1);
        }
    }

    /// <inheritdoc/>
    public FleetSnapshot Current
    {
        get
        {
            lock (_lock)
            {
                // With another list of releases every host may be behind by another number.
                if (_time.GetElapsedTime(_refreshedAt) >= SignsOfLifeAfter || !ReferenceEquals(_releases, _catalogue.Current))
                {
                    _current = Whole(_current.Version + 1);
                }
                else if (!_changed.IsEmpty)
                {
                    TakeChanges();
                    _current = Make(_current.Version + 1);
                }

                return _current;
            }
        }
    }

    /// <inheritdoc/>
    public FleetHost? Find(string hostId)
    {
        if (_fleet.Find(hostId) is not { } entry)
        {
            return null;
        }

        lock (_lock)
        {
            return HostOf(entry);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> onChange) => new Both(_fleet.Subscribe(entry => onChange(entry.HostId)), _labels.Subscribe(onChange));

    /// <inheritdoc/>
    public void Dispose()
    {
        _fleetFeed.Dispose();
        _labelFeed.Dispose();
    }

    private FleetSnapshot Whole(long version)
    {
        _refreshedAt = _time.GetTimestamp();
        _releases = _catalogue.Current;
        _changed.Clear();
        if (_known.Count == 0)
        {
            // One by one they would be moved as often as there are hosts.
            _byName.AddRange(_fleet.Hosts.Select(HostOf));
            _byName.Sort(NameOrder);
            _byName.ForEach(host => _known[host.Id] = host);
        }
        else
        {
            foreach (HostEntry entry in _fleet.Hosts)
            {
                Put(entry);
            }
        }

        return Make(version);
    }

    private void TakeChanges()
    {
        foreach (string hostId in _changed.Keys)
        {
            // Taken off before it is read, so that a change in between comes round again.
            if (_changed.TryRemove(hostId, out _) && _fleet.Find(hostId) is { } entry)
            {
                Put(entry);
            }
        }
    }

    private FleetSnapshot Make(long version) => new(version, _time.GetUtcNow(), ImmutableArray.CreateRange(_byName));

    private void Put(HostEntry entry)
    {
        FleetHost host = HostOf(entry);
        bool isKnown = _known.TryGetValue(entry.HostId, out FleetHost? before);
        if (ReferenceEquals(host, before))
        {
            return;
        }

        _known[entry.HostId] = host;
        if (isKnown)
        {
            int place = _byName.BinarySearch(before!, NameOrder);
            if (before!.Summary.Name == host.Summary.Name)
            {
                _byName[place] = host;
                return;
            }

            _byName.RemoveAt(place);
        }

        _byName.Insert(~_byName.BinarySearch(host, NameOrder), host);
    }

    // What is the same stays the same object, so that pages see at a glance that nothing changed.
    private FleetHost HostOf(HostEntry entry)
    {
        HostLabels labels = _labels.Find(entry.HostId);
        if (!_known.TryGetValue(entry.HostId, out FleetHost? known))
        {
            return new FleetHost(entry, new HostFigures(entry.Summary, _releases), labels);
        }

        bool isCurrent = known.Figures.IsBy(_releases);
        if (isCurrent && ReferenceEquals(known.Entry, entry) && labels.Equals(known.Labels))
        {
            return known;
        }

        return new FleetHost(entry, isCurrent && ReferenceEquals(known.Summary, entry.Summary) ? known.Figures : new HostFigures(entry.Summary, _releases), labels);
    }

    private static Comparer<FleetHost> NameOrder { get; } = Comparer<FleetHost>.Create(FleetOrder.ByName);

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
