using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Metadata;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>The global metadata fields of a host's TDX module.</summary>
public sealed record MetadataDocument
{
    /// <summary>The snapshot that they are of.</summary>
    public required SnapshotItem Snapshot { get; init; }

    /// <summary>The transport that answered.</summary>
    public required TextReading Transport { get; init; }

    /// <summary>How many fields could be read, with where they come from, or why none was: what each field carries.</summary>
    public required NumberReading Read { get; init; }

    /// <summary>Whether the module's version or build changed while they were read: they may be those of more than one module then.</summary>
    public required bool IsTakenAcrossUpdate { get; init; }

    /// <summary>The fields: those of the catalogue in the module's order, then those that only this module has.</summary>
    public required IReadOnlyList<FieldItem> Fields { get; init; }
}

/// <summary>One global metadata field.</summary>
public sealed record FieldItem
{
    /// <summary>The id (MD_FIELD_ID) in lookup form, 0x and 16 digits.</summary>
    public required string Id { get; init; }

    /// <summary>The specification's name, as MAX_TDMRS.</summary>
    public required string Name { get; init; }

    /// <summary>The class, its number and name.</summary>
    public required string Class { get; init; }

    /// <summary>What the field says, in a sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>Whether there is a value, the module does not offer the field, or it could not be read.</summary>
    public required FieldState State { get; init; }

    /// <summary>Where the value comes from; absent without a value.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The elements as they were read, each as 0x and hexadecimal digits; absent without a value.</summary>
    public IReadOnlyList<string>? Raw { get; init; }

    /// <summary>The value in one line, or why there is none.</summary>
    public required string Text { get; init; }

    /// <summary>Each element decoded; absent without a value.</summary>
    public IReadOnlyList<string>? Decoded { get; init; }

    /// <summary>The named bits of a bit field; absent for every other field.</summary>
    public IReadOnlyList<BitItem>? Bits { get; init; }
}

/// <summary>A bit of a bit field.</summary>
public sealed record BitItem
{
    /// <summary>The bit, from 0.</summary>
    public required int Bit { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is set.</summary>
    public required bool IsSet { get; init; }
}

/// <summary>Writes metadata as the API shows it.</summary>
internal static class MetadataMapping
{
    /// <summary>The fields of a snapshot.</summary>
    /// <param name="found">The snapshot.</param>
    /// <param name="shown">Which fields.</param>
    public static MetadataDocument Document(FoundSnapshot found, MetadataState shown)
    {
        ModuleFacts module = found.Snapshot.Module;
        return new MetadataDocument
        {
            Snapshot = SnapshotMapping.Item(found.Stored),
            Transport = TextReading.Of(module.Transport),
            Read = NumberReading.Of(module.Metadata, fields => fields.Count),
            IsTakenAcrossUpdate = module.TakenAcrossUpdate,
            Fields = [.. MetadataRows.Of(module.Metadata, null).Where(shown.Lists).Select(row => Item(row, module.Metadata))],
        };
    }

    private static FieldItem Item(MetadataRow row, Reading<IReadOnlyList<MetadataValue>> read)
    {
        bool isOffered = row.State == FieldState.Offered;
        return new FieldItem
        {
            Id = row.Id.ToString(),
            Name = row.Name,
            Class = row.Class,
            Meaning = row.Meaning,
            State = row.State,
            Provenance = isOffered ? read.Provenance : null,
            Raw = isOffered ? [.. row.Raw.Select(Tdx.Memory.Hex.Plain)] : null,
            Text = row.Text,
            Decoded = isOffered ? row.Elements : null,
            Bits = row.Bits.Count > 0 ? [.. row.Bits.Select(bit => new BitItem { Bit = bit.Bit, Name = bit.Name, IsSet = bit.IsSet })] : null,
        };
    }
}
