using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Writes metadata values for people, each by its field's format.</summary>
public static class MetadataText
{
    private const ulong NoSubLeaf = uint.MaxValue;

    /// <summary>The specification's name; <c>unknown field 0x…</c> where the catalogue has none.</summary>
    public static string NameOf(FieldId id) => MetadataCatalogue.Find(id)?.Name ?? $"unknown field {id}";

    /// <summary>One element.</summary>
    /// <param name="field">Its field; null for an unknown one, which is written in hexadecimal.</param>
    /// <param name="value">Its value, zero-extended.</param>
    /// <param name="index">Its place among the field's elements.</param>
    public static string Element(MetadataField? field, ulong value, int index = 0) => field?.Format switch
    {
        MetadataFormat.Number => value.ToString(CultureInfo.InvariantCulture),
        MetadataFormat.Bytes => new ByteSize(value).ToString(),
        MetadataFormat.Date => BuildDates.TryDecode(value, out DateOnly date)
            ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{value} (not a date)"),
        MetadataFormat.Fms => Signature(value),
        MetadataFormat.CpuidLeaf => CpuidLeaf(value),
        MetadataFormat.CpuidRegisters => CpuidRegisters(value, index),
        _ => Hex.Grouped(value),
    };

    /// <summary>Every element of a value, in order.</summary>
    public static IReadOnlyList<string> Elements(MetadataValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        MetadataField? field = MetadataCatalogue.Find(value.Id);
        return [.. value.Values.Select((element, i) => Element(field, element, i))];
    }

    /// <summary>The whole value on one line: a plain field as it is, with the names of its set bits where it has such; an array as the
    /// number of its elements and the used ones (not zero, and not all ones where that marks an unused slot).</summary>
    public static string Of(MetadataValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        MetadataField? field = MetadataCatalogue.Find(value.Id);
        if (value.Values.Count == 1)
        {
            string text = Element(field, value.Values[0]);
            string names = string.Join(", ", Bits(field, value.Values[0]).Where(bit => bit.IsSet).Select(bit => bit.Name));
            return names.Length == 0 ? text : $"{text}: {names}";
        }

        string[] used = [.. value.Values.Select((element, i) => (Element: element, Index: i))
            .Where(slot => slot.Element != 0 && !(slot.Element == ulong.MaxValue && field?.Format == MetadataFormat.CpuidLeaf)).Select(slot => Element(field, slot.Element, slot.Index))];
        string count = string.Create(CultureInfo.InvariantCulture, $"{used.Length} of {value.Values.Count} used");
        return used.Length == 0 ? count : $"{count}: {string.Join(", ", used)}";
    }

    /// <summary>The named bits of a bit field; empty for every other field.</summary>
    public static IReadOnlyList<NamedBit> Bits(MetadataField? field, ulong value) => field?.Format switch
    {
        MetadataFormat.Features0 => FeatureBits.Features0(value),
        MetadataFormat.SystemAttributes => FeatureBits.SystemAttributes(value),
        MetadataFormat.Attributes => FeatureBits.Attributes(value),
        MetadataFormat.Xfam => FeatureBits.Xfam(value),
        MetadataFormat.ConfigFlags => FeatureBits.ConfigFlags(value),
        _ => [],
    };

    private static string Signature(ulong eax)
    {
        if (eax is 0 or > uint.MaxValue)
        {
            return Hex.Plain(eax);
        }

        (int family, int model, int stepping) = CpuFamilies.Decode((uint)eax);
        return string.Create(CultureInfo.InvariantCulture, $"{Hex.Plain(eax)} ({CpuFamilies.ShortName(family, model)}, stepping {stepping})");
    }

    private static string CpuidRegisters(ulong value, int index)
    {
        (string low, string high) = index % 2 == 0 ? ("EAX", "EBX") : ("ECX", "EDX");
        return $"{low} {Hex.Plain(value & uint.MaxValue)}, {high} {Hex.Plain(value >> 32)}";
    }

    private static string CpuidLeaf(ulong value)
    {
        if (value == ulong.MaxValue)
        {
            return "unused";
        }

        ulong subLeaf = value >> 32;
        string leaf = Hex.Plain(value & uint.MaxValue);
        return subLeaf == NoSubLeaf ? leaf : $"{leaf}, sub-leaf {Hex.Plain(subLeaf)}";
    }
}
