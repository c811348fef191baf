using System.Collections.ObjectModel;
using System.Text.Json;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>How the value of a field is written for people.</summary>
public enum MetadataFormat
{
    /// <summary>A plain number.</summary>
    Number,

    /// <summary>A bit pattern, a mask or an address.</summary>
    Hex,

    /// <summary>A size in bytes.</summary>
    Bytes,

    /// <summary>A date as the decimal number yyyymmdd.</summary>
    Date,

    /// <summary>A CPU signature as CPUID.1.EAX gives it.</summary>
    Fms,

    /// <summary>A CPUID leaf in the low half and its sub-leaf in the high half.</summary>
    CpuidLeaf,

    /// <summary>Masks of two CPUID registers: EAX and EBX in the first element of a field, ECX and EDX in the second, the former in the low half.</summary>
    CpuidRegisters,

    /// <summary>TDX_FEATURES0.</summary>
    Features0,

    /// <summary>SYS_ATTRIBUTES.</summary>
    SystemAttributes,

    /// <summary>Bits of TD ATTRIBUTES.</summary>
    Attributes,

    /// <summary>Bits of XFAM.</summary>
    Xfam,

    /// <summary>Bits of TD CONFIG_FLAGS.</summary>
    ConfigFlags,
}

/// <summary>One global metadata field as the module's own tables describe it.</summary>
/// <param name="Id">The id in lookup form.</param>
/// <param name="Name">The specification's name, for example <c>MAX_TDMRS</c>.</param>
/// <param name="ClassName">The class by name, for example <c>TDMR Info</c>.</param>
/// <param name="ElementBits">Bits of one element: 8, 16, 32 or 64.</param>
/// <param name="Fields">Fields of the array; 1 for a plain field.</param>
/// <param name="ElementsPerField">Elements in each field.</param>
/// <param name="Meaning">What it says, in a sentence.</param>
/// <param name="FirstSeenIn">The oldest module table that has it; <see cref="MetadataCatalogue.LinuxSeries"/> for a field that no module table has.</param>
public sealed record MetadataField(FieldId Id, string Name, string ClassName, int ElementBits, int Fields, int ElementsPerField, string Meaning, string FirstSeenIn)
{
    /// <summary>How its value is written for people.</summary>
    public MetadataFormat Format { get; init; }

    /// <summary>Whether Linux reads it (arch/x86/virt/vmx/tdx/tdx_global_metadata.c, up to 7.2, and the series for Dynamic PAMT).</summary>
    public bool IsReadByLinux { get; init; }

    /// <summary>All elements of all fields; 1 for a plain field.</summary>
    public int TotalElements => Fields * ElementsPerField;

    /// <summary>Whether only Linux mailing-list patches name it; its id may still change.</summary>
    public bool IsLinuxProposal => FirstSeenIn == MetadataCatalogue.LinuxSeries;
}

/// <summary>All global metadata fields that are known, from the embedded <c>global-metadata.json</c>.</summary>
public static class MetadataCatalogue
{
    /// <summary>The <see cref="MetadataField.FirstSeenIn"/> of fields that only Linux mailing-list patches name.</summary>
    public const string LinuxSeries = "Linux series";

    private static readonly Lazy<Tables> Loaded = new(Load);

    /// <summary>Every field in the module's order: 72 module fields, then 6 that only Linux patches name.</summary>
    public static IReadOnlyList<MetadataField> Fields => Loaded.Value.Fields;

    /// <summary>Finds a field by id, ignoring bit 63, the sequence counts and the element size, as TDH.SYS.RD does (Linux reads
    /// PAMT_PAGE_BITMAP_ENTRY_BITS with another size than the module's table has); every element of an array finds the array.</summary>
    /// <returns>The field; null for an unknown one, and for an id of a TD or virtual CPU.</returns>
    public static MetadataField? Find(FieldId id) =>
        IsPlatform(id) && Loaded.Value.ByCode.TryGetValue((id.Class, id.Code), out MetadataField? field) ? field : null;

    /// <summary>Finds a field by its specification name.</summary>
    public static MetadataField? Find(string name) => Loaded.Value.ByName.GetValueOrDefault(name);

    /// <summary>Joins the codes of each array field into one value with all elements, and gives known fields the catalogue's id.</summary>
    /// <param name="perField">One value for each class and code, as a TDH.SYS.RDALL list or a walk with TDH.SYS.RD gives them. A field of
    /// several elements may come as one value with all of them, or as one value for each element.</param>
    /// <returns>The values in the same order. Fields that the catalogue does not know, and codes that do not continue an array from its
    /// start, stay as they are.</returns>
    public static IReadOnlyList<MetadataValue> Assemble(IReadOnlyList<MetadataValue> perField)
    {
        ArgumentNullException.ThrowIfNull(perField);
        var whole = new List<MetadataValue>(perField.Count);
        for (int i = 0; i < perField.Count;)
        {
            MetadataValue first = perField[i++];
            if (FindExact(first.Id) is not { } field || field.Id.Code != first.Id.Code)
            {
                whole.Add(first);
                continue;
            }

            var elements = new List<ulong>(first.Values);
            for (int joined = 1; i < perField.Count && Continues(field, perField[i], joined, elements.Count); i++, joined++)
            {
                elements.AddRange(perField[i].Values);
            }

            whole.Add(new MetadataValue(field.Id, elements));
        }

        return whole;
    }

    // The next code counts fields in a list and elements in a walk; for fields of one element the two agree.
    private static bool Continues(MetadataField field, MetadataValue next, int fields, int elements)
    {
        long offset = (long)next.Id.Code - field.Id.Code;
        return FindExact(next.Id) == field && (offset == fields || offset == elements) && elements + next.Values.Count <= field.TotalElements;
    }

    private static MetadataField? FindExact(FieldId id) => Find(id) is { } field && field.Id.ElementSize == id.ElementSize ? field : null;

    private static bool IsPlatform(FieldId id) => ((id.Value >> 52) & 7) == 0;

    private static Tables Load()
    {
        using Stream file = typeof(MetadataCatalogue).Assembly.GetManifestResourceStream("global-metadata.json")
            ?? throw new InvalidOperationException("The embedded file global-metadata.json is missing: the build of TdxDash.Tdx is broken.");
        using JsonDocument document = JsonDocument.Parse(file);
        JsonElement classes = document.RootElement.GetProperty("classes");
        var fields = new List<MetadataField>();
        foreach (JsonElement entry in document.RootElement.GetProperty("fields").EnumerateArray())
        {
            fields.Add(ReadField(entry, classes));
        }

        return new Tables(fields);
    }

    private static MetadataField ReadField(JsonElement entry, JsonElement classes)
    {
        string Text(string name) => entry.GetProperty(name).GetString()!;
        int Count(string name) => entry.TryGetProperty(name, out JsonElement count) ? count.GetInt32() : 1;

        if (!FieldId.TryParse(Text("id"), out FieldId id) || !Enum.TryParse(Text("format"), ignoreCase: true, out MetadataFormat format))
        {
            throw new InvalidOperationException($"The embedded file global-metadata.json has a malformed entry: {entry}.");
        }

        string className = classes.GetProperty(id.Class.ToString(System.Globalization.CultureInfo.InvariantCulture)).GetString()!;
        return new MetadataField(id, Text("name"), className, id.ElementSize * 8, Count("fields"), Count("elements"), Text("meaning"), Text("first")) { Format = format, IsReadByLinux = entry.TryGetProperty("linux", out JsonElement linux) && linux.GetBoolean() };
    }

    private sealed class Tables
    {
        public Tables(List<MetadataField> fields)
        {
            Fields = new ReadOnlyCollection<MetadataField>(fields);
            ByName = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
            ByCode = fields.SelectMany(f => Enumerable.Range(0, f.TotalElements), (f, i) => (Field: f, Key: (f.Id.Class, f.Id.Code + (uint)i)))
                .ToDictionary(pair => pair.Key, pair => pair.Field);
        }

        public IReadOnlyList<MetadataField> Fields { get; }

        public Dictionary<string, MetadataField> ByName { get; }

        public Dictionary<(int Class, uint Code), MetadataField> ByCode { get; }
    }
}
