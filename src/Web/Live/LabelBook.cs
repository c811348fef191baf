using System.Collections.Concurrent;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>The labels in memory, loaded once from the store and changed after each commit.</summary>
internal sealed class LabelBook : ILabelBook
{
    private readonly LabelReader _reader;
    private readonly StoreWriter _writer;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, HostLabels> _labels;
    private readonly Listeners<string> _listeners = new();

    public LabelBook(LabelReader reader, StoreWriter writer, TimeProvider time)
    {
        (_reader, _writer, _time) = (reader, writer, time);
        _labels = new(reader.All(), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public (IReadOnlyList<string> Groups, IReadOnlyList<string> Tags) InUse
    {
        get
        {
            ICollection<HostLabels> labels = _labels.Values;
            return (
                [.. labels.Select(known => known.Group).OfType<LabelText>().Select(group => group.ToString()).Distinct().Order(StringComparer.Ordinal)],
                [.. labels.SelectMany(known => known.Tags).Distinct().Order(StringComparer.Ordinal)]);
        }
    }

    /// <inheritdoc/>
    public HostLabels Find(string hostId) => _labels.GetValueOrDefault(hostId, HostLabels.None);

    /// <inheritdoc/>
    public async Task<string?> ChangeAsync(IReadOnlyDictionary<string, HostLabels> labels, Actor by, CancellationToken cancellation, IReadOnlyDictionary<string, HostLabels>? known = null)
    {
        var work = new LabelWork(labels, known, by, _time.GetUtcNow(), () => Take(labels));
        return _writer.TryEnqueue(work) ?? await work.Done.WaitAsync(cancellation);
    }

    /// <summary>Reads them again, as another node may have changed some.</summary>
    public void Reload()
    {
        IReadOnlyDictionary<string, HostLabels> stored = _reader.All();
        Take(stored.Keys.Concat(_labels.Keys).Distinct(StringComparer.Ordinal).Select(hostId => (HostId: hostId, Labels: stored.GetValueOrDefault(hostId, HostLabels.None)))
            .Where(host => !host.Labels.Equals(Find(host.HostId))).ToDictionary(host => host.HostId, host => host.Labels));
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> onChange) => _listeners.Add(onChange);

    /// <summary>Takes in the group of a host that was stored by whoever enrolled its probe.</summary>
    public void Learn(string hostId, LabelText group) => Take(new Dictionary<string, HostLabels> { [hostId] = Find(hostId) with { Group = group } });

    private void Take(IReadOnlyDictionary<string, HostLabels> labels)
    {
        foreach ((string hostId, HostLabels given) in labels)
        {
            _labels[hostId] = given;
        }

        foreach (string hostId in labels.Keys)
        {
            _listeners.Tell(hostId);
        }
    }
}
