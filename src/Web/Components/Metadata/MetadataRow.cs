using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Metadata;

/// <summary>What a host's module says of one field.</summary>
public enum FieldState
{
    /// <summary>It gave a value.</summary>
    Offered,

    /// <summary>The module was asked and does not offer it.</summary>
    NotOffered,

    /// <summary>The module was not asked or did not answer.</summary>
    Unknown,
}

/// <summary>One global metadata field of one host: what the catalogue knows of it and what the module answered.</summary>
public sealed record MetadataRow
{
    /// <summary>The id in lookup form.</summary>
    public required FieldId Id { get; init; }

    /// <summary>The specification's name.</summary>
    public required string Name { get; init; }

    /// <summary>The class: <c>17 TDMR Info</c>.</summary>
    public required string Class { get; init; }

    /// <summary>What it says, in a sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>The oldest module that has it, in words.</summary>
    public required string Since { get; init; }

    /// <summary>Whether there is a value.</summary>
    public required FieldState State { get; init; }

    /// <summary>The elements as they were read; empty without a value.</summary>
    public required IReadOnlyList<ulong> Raw { get; init; }

    /// <summary>The value in one line; why there is none otherwise.</summary>
    public required string Text { get; init; }

    /// <summary>Each element as text; empty without a value.</summary>
    public required IReadOnlyList<string> Elements { get; init; }

    /// <summary>The named bits of a plain bit field; empty for every other field.</summary>
    public required IReadOnlyList<NamedBit> Bits { get; init; }

    /// <summary>What it was in the snapshot that this one is compared with; null where it did not change.</summary>
    public string? Before { get; init; }

    /// <summary>Whether the row is about a text that somebody looks for: part of the name, of the id with or without 0x, of the class or of the meaning.</summary>
    public bool Matches(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string wanted = text.Trim();
        string id = (wanted.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? wanted[2..] : wanted).Replace("_", "", StringComparison.Ordinal);
        return id.Length == 0
            || Name.Contains(wanted, StringComparison.OrdinalIgnoreCase)
            || Class.Contains(wanted, StringComparison.OrdinalIgnoreCase)
            || Meaning.Contains(wanted, StringComparison.OrdinalIgnoreCase)
            || Id.ToString().Contains(id, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Makes the rows of a host.</summary>
public static class MetadataRows
{
    private const string UnknownField = "Not in the catalogue: a field that this version of TdxDash does not know.";

    /// <summary>Every field of the catalogue, then the fields that only this module has.</summary>
    /// <param name="metadata">What was read.</param>
    /// <param name="earlier">What it is compared with; null for nothing.</param>
    public static IReadOnlyList<MetadataRow> Of(Reading<IReadOnlyList<MetadataValue>> metadata, Reading<IReadOnlyList<MetadataValue>>? earlier)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        Dictionary<ulong, MetadataValue> values = Index(metadata), before = Index(earlier);
        bool compares = metadata.IsKnown && earlier is { IsKnown: true };
        IEnumerable<MetadataRow> known = MetadataCatalogue.Fields.Select(field => Row(field.Id, field, metadata, values) with
        {
            Before = compares ? Before(field.Id, values, before) : null,
        });
        IEnumerable<MetadataRow> unknown = values.Values.Concat(before.Values).Select(value => value.Id).Where(id => MetadataCatalogue.Find(id) is null).DistinctBy(id => id.Key)
            .Select(id => Row(id, null, metadata, values) with { Before = compares ? Before(id, values, before) : null });
        return [.. known, .. unknown];
    }

    private static Dictionary<ulong, MetadataValue> Index(Reading<IReadOnlyList<MetadataValue>>? metadata)
    {
        var index = new Dictionary<ulong, MetadataValue>();
        foreach (MetadataValue value in metadata?.Or([]) ?? [])
        {
            index.TryAdd(value.Id.Key, value);
        }

        return index;
    }

    private static string? Before(FieldId id, Dictionary<ulong, MetadataValue> values, Dictionary<ulong, MetadataValue> before)
    {
        MetadataValue? now = values.GetValueOrDefault(id.Key), then = before.GetValueOrDefault(id.Key);
        bool same = now is null ? then is null : then is not null && now.Values.SequenceEqual(then.Values);
        return same ? null : then is null ? "not offered" : MetadataText.Of(then);
    }

    private static MetadataRow Row(FieldId id, MetadataField? field, Reading<IReadOnlyList<MetadataValue>> metadata, Dictionary<ulong, MetadataValue> values)
    {
        MetadataValue? value = values.GetValueOrDefault(id.Key);
        return new MetadataRow
        {
            Id = id,
            Name = MetadataText.NameOf(id),
            Class = string.Create(CultureInfo.InvariantCulture, $"{id.Class} {field?.ClassName ?? "unknown class"}"),
            Meaning = field?.Meaning ?? UnknownField,
            Since = field is null ? "" : field.IsLinuxProposal ? "only named by Linux mailing-list patches" : $"in module tables since {field.FirstSeenIn}",
            State = value is not null ? FieldState.Offered : metadata.State == ReadingState.Known ? FieldState.NotOffered : FieldState.Unknown,
            Raw = value?.Values ?? [],
            Text = value is not null ? MetadataText.Of(value) : metadata.IsKnown ? "not offered by this module" : $"not read: {metadata.Reason}",
            Elements = value is null ? [] : MetadataText.Elements(value),
            Bits = value is { Values.Count: 1 } ? MetadataText.Bits(field, value.Values[0]) : [],
        };
    }
}
