using System.Collections.Concurrent;
using System.Text.Json;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The names of sources, one text for all readings that have the same one: a fleet of 10,000 hosts has some twenty of them, and would keep them once for each of its values.</summary>
internal static class SourceNames
{
    // Readers know fewer than a hundred. What a host makes up beyond these is a text of its own, so that no host can fill this.
    private const int Most = 1_000;
    private const int MaxLength = 128;

    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Spans = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text that the reader stands on.</summary>
    /// <returns>Null where it stands on <c>null</c>.</returns>
    /// <exception cref="InvalidOperationException">It stands on another value.</exception>
    public static string? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueSpan.Length > MaxLength)
        {
            return reader.GetString();
        }

        Span<char> text = stackalloc char[MaxLength];
        text = text[..reader.CopyString(text)];
        if (Spans.TryGetValue(text, out string? known))
        {
            return known;
        }

        string name = text.ToString();
        return Known.Count < Most ? Known.GetOrAdd(name, name) : name;
    }
}
