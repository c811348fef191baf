using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>One global metadata field as the module's own tables describe it.</summary>
/// <param name="Id">The id in lookup form.</param>
/// <param name="Name">The specification's name, for example <c>MAX_TDMRS</c>.</param>
/// <param name="ClassName">The class by name, for example <c>TDMR Info</c>.</param>
/// <param name="ElementBits">Bits of one element: 8, 16, 32 or 64.</param>
/// <param name="Fields">Fields of the array; 1 for a plain field.</param>
/// <param name="ElementsPerField">Elements in each field.</param>
/// <param name="Meaning">What it says, in a sentence.</param>
/// <param name="FirstSeenIn">The oldest module table that has it.</param>
public sealed record MetadataField(FieldId Id, string Name, string ClassName, int ElementBits, int Fields, int ElementsPerField, string Meaning, string FirstSeenIn);

/// <summary>All global metadata fields that are known, from an embedded data file.</summary>
public static class MetadataCatalogue
{
    /// <summary>Every field in the module's order.</summary>
    public static IReadOnlyList<MetadataField> Fields => throw new NotSupportedException();

    /// <summary>Finds a field by id, ignoring bit 63 and sequence counts.</summary>
    public static MetadataField? Find(FieldId id) => throw new NotSupportedException();

    /// <summary>Finds a field by its specification name.</summary>
    public static MetadataField? Find(string name) => throw new NotSupportedException();

    /// <summary>Puts fields that were read one by one together as the catalogue knows them: an array becomes one value, and
    /// ids get their own bit 63.</summary>
    /// <param name="perField">In the module's order, as TDH.SYS.RDALL or TDH.SYS.RD gave them. From a list, a field of several
    /// elements is one value at the code of its first element; from reads one by one, each element is a value at its own code.</param>
    public static IReadOnlyList<MetadataValue> Assemble(IReadOnlyList<MetadataValue> perField) => throw new NotSupportedException();
}
