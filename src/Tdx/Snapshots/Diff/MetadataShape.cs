using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>The module's metadata: fields by name, elements by index, bit fields by bit, and CMRs as regions as well.</summary>
internal sealed class MetadataShape : Shape<IReadOnlyList<MetadataValue>>
{
    /// <summary>The path of the CMRs, which are put together from two fields.</summary>
    public const string CmrPath = "module.cmrs";

    private static readonly ListShape<AddressRange> Cmrs = Lists.Regions("CMRs", range => range, Scalars.Range);

    private static readonly ListShape<MetadataValue> Fields =
        new("fields", (before, after) => Matches.ByKey(before, after, value => value.Id.Key), new FieldShape(), (value, _) => NameOf(value.Id));

    public override Edit<IReadOnlyList<MetadataValue>>? Compare(IReadOnlyList<MetadataValue> before, IReadOnlyList<MetadataValue> after, string path, EntryList entries)
    {
        Edit<IReadOnlyList<MetadataValue>>? edit = Fields.Compare(before, after, path, entries);
        if (edit is not null && CmrsOf(before) is { } old && CmrsOf(after) is { } young)
        {
            // Entries only: the two fields hold the exact part.
            Cmrs.Compare(old, young, CmrPath, entries);
        }

        return edit;
    }

    public override string Describe(IReadOnlyList<MetadataValue> value) => Fields.Describe(value);

    private static IReadOnlyList<AddressRange>? CmrsOf(IReadOnlyList<MetadataValue> metadata) =>
        new ModuleMetadata(Reading.Known(metadata, Provenance.Read, "")).Cmrs.Or(null);

    // Another element size or another start of an array is another field, though the catalogue finds the same name for it.
    private static string NameOf(FieldId id) => MetadataCatalogue.Find(id) is { } field && field.Id.Key == id.Key ? field.Name : id.ToString();
}

/// <summary>One metadata field with its elements.</summary>
internal sealed class FieldShape : Shape<MetadataValue>
{
    private static readonly Shape<FieldId> Id = new ScalarShape<FieldId>(id => id.ToString());

    public override Edit<MetadataValue>? Compare(MetadataValue before, MetadataValue after, string path, EntryList entries)
    {
        Edit<FieldId>? id = Id.Compare(before.Id, after.Id, $"{path}.id", entries);
        if (before.Values.SequenceEqual(after.Values))
        {
            return id is null ? null : value => value with { Id = id(value.Id) };
        }

        MetadataField? field = MetadataCatalogue.Find(after.Id);
        bool plain = before.Values.Count == 1 && after.Values.Count == 1;
        var element = new ScalarShape<ulong>(value => MetadataText.Element(field, value), (old, young) => DetailOf(field, old, young));
        if (plain)
        {
            ulong old = before.Values[0], young = after.Values[0];
            entries.Changed(path, DiffAspect.Value, element.Describe(old), element.Describe(young), DetailOf(field, old, young));
            return _ => after;
        }

        if (field?.Name is "CMR_BASE" or "CMR_SIZE")
        {
            int changed = Enumerable.Range(0, Math.Max(before.Values.Count, after.Values.Count))
                .Count(i => i >= before.Values.Count || i >= after.Values.Count || before.Values[i] != after.Values[i]);
            string text = string.Create(CultureInfo.InvariantCulture, $"{after.Values.Count} elements, {changed} changed; see {MetadataShape.CmrPath}");
            entries.Changed(path, DiffAspect.Value, string.Create(CultureInfo.InvariantCulture, $"{before.Values.Count} elements"), text);
            return _ => after;
        }

        var elements = new ListShape<ulong>("elements", Matches.ByIndex, element, (_, index) => index.ToString(CultureInfo.InvariantCulture));
        Edit<IReadOnlyList<ulong>> values = elements.Compare(before.Values, after.Values, path, entries)!;
        return value => new MetadataValue(id is null ? value.Id : id(value.Id), values(value.Values));
    }

    public override string Describe(MetadataValue value) => MetadataText.Of(value);

    private static DiffDetail? DetailOf(MetadataField? field, ulong before, ulong after)
    {
        switch (field?.Format)
        {
            case MetadataFormat.Number:
                return new NumberChange(before, after, UnitOf(field.Name));
            case MetadataFormat.Bytes:
                return new NumberChange(before, after, DiffUnit.Bytes);
            case MetadataFormat.Date:
                return BuildDates.TryDecode(before, out DateOnly old) && BuildDates.TryDecode(after, out DateOnly young)
                    ? new NumberChange(old.DayNumber, young.DayNumber, DiffUnit.Days)
                    : null;
            default:
                // The table of the flipped bits names them all, also those that the table of either value would leave out.
                NamedBit[] flipped = [.. MetadataText.Bits(field, before ^ after).Where(bit => bit.IsSet).Select(bit => bit with { IsSet = ((after >> bit.Bit) & 1) != 0 })];
                return flipped.Length == 0 ? null : new BitsChange(before, after, flipped);
        }
    }

    private static DiffUnit UnitOf(string name) => name switch
    {
        _ when name.EndsWith("_BITS", StringComparison.Ordinal) => DiffUnit.Bits,
        "MAX_TDMRS" or "MAX_RESERVED_PER_TDMR" or "MAX_VCPUS_PER_TD" or "MAX_EVENT_FILTERS" or "MAX_MIGS" or "MAX_SERV_TDS" => DiffUnit.Count,
        _ when name.StartsWith("NUM_", StringComparison.Ordinal) || name.EndsWith("_PAGES", StringComparison.Ordinal) || name.EndsWith("_COUNT", StringComparison.Ordinal) => DiffUnit.Count,
        _ => DiffUnit.Number,
    };
}
