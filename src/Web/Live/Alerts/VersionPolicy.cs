using System.Collections.Immutable;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Web.Live.Alerts;

/// <summary>The least TDX module version that is wanted, for each CPU family by itself: versions of different families are never compared.</summary>
/// <param name="Least">The least version of each family, by the family's short name.</param>
public sealed record VersionPolicy(ImmutableSortedDictionary<string, ModuleVersion> Least)
{
    /// <summary>The longest written form, in characters.</summary>
    public const int MaxLength = 400;

    private const int MaxFamily = 16;

    /// <summary>Nothing is wanted.</summary>
    public static VersionPolicy None { get; } = new(ImmutableSortedDictionary.Create<string, ModuleVersion>(StringComparer.Ordinal));

    /// <summary>Reads the written form, <c>EMR:1.5.16 GNR:2.0.08</c>: families and versions, parted by blanks or commas.</summary>
    /// <returns>The policy, or why it is none and what to do.</returns>
    public static (VersionPolicy? Policy, string? Problem) Parse(string? text)
    {
        if (text is { Length: > MaxLength })
        {
            return (null, FormattableString.Invariant($"The least versions have {text.Length} characters, and {MaxLength} are taken: name fewer families."));
        }

        var least = ImmutableSortedDictionary.CreateBuilder<string, ModuleVersion>(StringComparer.Ordinal);
        foreach (string part in (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] pair = part.Split(':');
            string family = pair[0].ToUpperInvariant();
            if (pair.Length != 2 || family.Length is 0 or > MaxFamily || !family.All(char.IsAsciiLetterOrDigit) || !ModuleVersion.TryParse(pair[1], out ModuleVersion version))
            {
                return (null, $"'{Security.ShownText.Limit(part, 64)}' is no least version: write a CPU family and a version of three numbers, as EMR:1.5.16.");
            }

            if (!least.TryAdd(family, version))
            {
                return (null, $"The family {family} is named twice: leave one of them.");
            }
        }

        return (new VersionPolicy(least.ToImmutable()), null);
    }

    /// <summary>The written form.</summary>
    public override string ToString() => string.Join(' ', Least.Select(pair => $"{pair.Key}:{pair.Value}"));

    /// <inheritdoc/>
    public bool Equals(VersionPolicy? other) => other is not null && Least.SequenceEqual(other.Least);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
