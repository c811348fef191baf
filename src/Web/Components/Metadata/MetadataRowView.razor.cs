using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Metadata;

/// <summary>One field of a host as a row of the table.</summary>
public partial class MetadataRowView
{
    // As many as the catalogue has fields.
    private static readonly ConcurrentDictionary<ulong, (MarkupString Name, MarkupString Meaning)> OfCatalogue = [];
    private static readonly ConditionalWeakTable<MetadataRow, string> DetailsMade = [];

    // What the catalogue says of a field is the same on every page.
    private static (MarkupString Name, MarkupString Meaning) Fixed(MetadataRow row) => MetadataCatalogue.Find(row.Id) is null ? Make(row) : OfCatalogue.GetOrAdd(row.Id.Key, _ => Make(row));

    private static (MarkupString Name, MarkupString Meaning) Make(MetadataRow row) => (new(FragmentHtml.Of(Name(row, null))), new(FragmentHtml.Of(Meaning(row))));

    private static MarkupString Details(MetadataRow row) => new(DetailsMade.GetValue(row, made => FragmentHtml.Of(made.Bits.Count > 0 ? Bits(made) : Elements(made))));
}
