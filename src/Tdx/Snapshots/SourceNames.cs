using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The names of sources, one text for all readings that have the same one: a fleet of 10,000 hosts has some twenty of them, and would keep them once for each of its values.</summary>
internal static class SourceNames
{
    // Readers know fewer than a hundred. What a host makes up beyond these stays a text of its own, so that no host can fill this.
    private const int Most = 1_000;
    private const int MaxLength = 128;

    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);
    private static int _free = Most;

    /// <summary>The text that stands for all that are equal to it.</summary>
    [return: NotNullIfNotNull(nameof(name))]
    public static string? Of(string? name)
    {
        if (name is null || name.Length > MaxLength)
        {
            return name;
        }

        if (Known.TryGetValue(name, out string? known))
        {
            return known;
        }

        return Volatile.Read(ref _free) > 0 && Interlocked.Decrement(ref _free) >= 0 ? Known.GetOrAdd(name, name) : name;
    }
}
