using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The names of sources, one text for all readings that have the same one: a fleet of 10,000 hosts has some twenty of them, and would keep them once for each of its values.</summary>
internal sealed class SourceNames
{
    /// <summary>How many are kept. Readers know fewer than a hundred: where hosts make up more, all are learnt anew, so that nobody can fill this, nor keep the others out for good.</summary>
    public const int Most = 1_000;

    private const int MaxLength = 128;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Those of this process.</summary>
    public static SourceNames Shared { get; } = new();

    /// <summary>The text that stands for all that are equal to it.</summary>
    [return: NotNullIfNotNull(nameof(name))]
    public string? Of(string? name)
    {
        if (name is null || name.Length > MaxLength)
        {
            return name;
        }

        if (_known.TryGetValue(name, out string? known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > Most)
        {
            _known.Clear();
            Volatile.Write(ref _count, 1);
        }

        return _known.GetOrAdd(name, name);
    }
}
