using System.Diagnostics.Metrics;
using System.Text;

namespace TdxDash.Web.Metrics;

/// <summary>Keeps what the dashboard's own instruments and a few of .NET's measure, for whoever scrapes them. Made at the start: what was added before is not seen.</summary>
internal sealed class MeterReader : IDisposable
{
    // Of the meter System.Runtime, which is of the process.
    private static readonly HashSet<string> OfRuntime = new(StringComparer.Ordinal)
    {
        "dotnet.process.memory.working_set", "dotnet.process.cpu.time", "dotnet.gc.pause.time",
    };

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MeterSeries> _series = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">The factory whose meters are this dashboard's.</param>
    /// <param name="own">The dashboard's own instruments, which are there from now on.</param>
    public MeterReader(IMeterFactory meters, DashboardMeter own)
    {
        ArgumentNullException.ThrowIfNull(own);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument, meters))
            {
                listener.EnableMeasurementEvents(instrument, Take(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => Record(series, value, tags));
        _listener.Start();
    }

    /// <summary>Every family that was measured so far, by name.</summary>
    public IReadOnlyList<MetricFamily> Families
    {
        get
        {
            lock (_lock)
            {
                return [.. _series.Values.Select(series => series.Family)];
            }
        }
    }

    /// <summary>Measures what is measured when asked, and writes all.</summary>
    public void Write(ExpositionWriter writer)
    {
        MeterSeries[] all;
        lock (_lock)
        {
            // Two at once would write into the same places, with the same values.
            _listener.RecordObservableInstruments();
            all = [.. _series.Values];
        }

        foreach (MeterSeries series in all)
        {
            series.Write(writer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static bool IsWanted(Instrument instrument, IMeterFactory meters) =>
        instrument.Meter.Name == DashboardMeter.Name ? ReferenceEquals(instrument.Meter.Scope, meters) : instrument.Meter.Name == "System.Runtime" && OfRuntime.Contains(instrument.Name);

    private static void Record(object? series, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => (series as MeterSeries)?.Record(value, tags);

    private MeterSeries Take(Instrument instrument)
    {
        lock (_lock)
        {
            return _series[instrument.Name] = new MeterSeries(instrument);
        }
    }
}

/// <summary>The series of one instrument.</summary>
/// <param name="instrument">The instrument.</param>
internal sealed class MeterSeries(Instrument instrument)
{
    // Tags are words of our own; should one ever be text from outside, no more than this comes of it.
    private const int Most = 64;

    private readonly SortedDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly List<Slot> _inOrder = [];
    private readonly Lock _lock = new();
    private readonly double[]? _bounds = IsOf(instrument, typeof(Histogram<>)) ? [.. ((Instrument<double>)instrument).Advice?.HistogramBucketBoundaries ?? [], double.PositiveInfinity] : null;
    private readonly bool _isSum = IsOf(instrument, typeof(Counter<>)) || IsOf(instrument, typeof(UpDownCounter<>));

    /// <summary>The family, named after the instrument by the rules of OpenTelemetry for Prometheus.</summary>
    public MetricFamily Family { get; } = FamilyOf(instrument);

    /// <summary>Takes a measurement in.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Find(tags) is not { } slot)
            {
                string labels = Labels(tags);
                if (!_slots.TryGetValue(labels, out slot))
                {
                    if (_slots.Count == Most)
                    {
                        return;
                    }

                    _slots[labels] = slot = new Slot([.. tags], new long[_bounds?.Length ?? 0]);
                    _inOrder.Add(slot);
                }
            }

            slot.Value = _isSum || _bounds is not null ? slot.Value + value : value;
            if (_bounds is not null)
            {
                slot.Buckets[Array.FindIndex(_bounds, bound => value <= bound)]++;
            }
        }
    }

    /// <summary>Writes all; nothing where nothing was measured.</summary>
    public void Write(ExpositionWriter writer)
    {
        lock (_lock)
        {
            if (_slots.Count == 0)
            {
                return;
            }

            writer.Begin(Family);
            foreach ((string labels, Slot slot) in _slots)
            {
                byte[] own = Encoding.UTF8.GetBytes(labels);
                if (_bounds is null)
                {
                    writer.Sample(Family.SampleName, own, "", slot.Value);
                }
                else
                {
                    Write(writer, own, slot, _bounds);
                }
            }
        }
    }

    private void Write(ExpositionWriter writer, byte[] labels, Slot slot, double[] bounds)
    {
        long below = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            below += slot.Buckets[i];
            writer.Sample(Family.Name + "_bucket", labels, $"le=\"{ExpositionWriter.Bound(bounds[i])}\"", below);
        }

        writer.Sample(Family.Name + "_sum", labels, "", slot.Value);
        writer.Sample(Family.Name + "_count", labels, "", below);
    }

    // A text for each heartbeat would be a tenth of what it takes.
    private Slot? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (Slot slot in _inOrder)
        {
            if (slot.Has(tags))
            {
                return slot;
            }
        }

        return null;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            return "";
        }

        var labels = new (string, string?)[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            labels[i] = (tags[i].Key.Replace('.', '_'), tags[i].Value?.ToString());
        }

        return MetricLabels.Of(labels);
    }

    private static MetricFamily FamilyOf(Instrument instrument)
    {
        string unit = instrument.Unit switch
        {
            "s" => "seconds",
            "By" => "bytes",
            _ => "",
        };
        string name = instrument.Name.Replace('.', '_');
        return new MetricFamily(
            unit.Length == 0 ? name : $"{name}_{unit}",
            IsOf(instrument, typeof(Histogram<>)) ? MetricKind.Histogram : IsOf(instrument, typeof(Counter<>)) || IsOf(instrument, typeof(ObservableCounter<>)) ? MetricKind.Counter : MetricKind.Gauge,
            unit,
            instrument.Description ?? "");
    }

    private static bool IsOf(Instrument instrument, Type definition) => instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == definition;

    private sealed class Slot(KeyValuePair<string, object?>[] tags, long[] buckets)
    {
        public double Value { get; set; }

        public long[] Buckets => buckets;

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            bool isSame = tags.Length == others.Length;
            for (int i = 0; isSame && i < tags.Length; i++)
            {
                isSame = tags[i].Key == others[i].Key && Equals(tags[i].Value, others[i].Value);
            }

            return isSame;
        }
    }
}
