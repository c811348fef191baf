using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Metadata;

/// <summary>Which fields are listed by what the module says of them.</summary>
public enum ShownFields
{
    /// <summary>Every field.</summary>
    All,

    /// <summary>Those with a value.</summary>
    Offered,

    /// <summary>Those without one.</summary>
    Missing,

    /// <summary>Those that the last change of metadata changed.</summary>
    Changed,
}

/// <summary>Which metadata of a host are listed: <c>?q=tdmr&amp;class=17&amp;show=changed</c>.</summary>
public sealed record MetadataState : IUrlState<MetadataState>
{
    /// <summary>The longest text that is looked for, in characters.</summary>
    public const int MaxText = 80;

    private const int NoClass = -1, MaxClass = 0x3F; // bits 61:56 of an id

    /// <summary>The words of what is listed.</summary>
    public static IReadOnlyDictionary<string, ShownFields> Words { get; } = new Dictionary<string, ShownFields>(StringComparer.Ordinal)
    {
        ["all"] = ShownFields.All,
        ["offered"] = ShownFields.Offered,
        ["missing"] = ShownFields.Missing,
        ["changed"] = ShownFields.Changed,
    };

    /// <summary>Part of a name, an id, a class or a meaning; empty for every field.</summary>
    public string Text { get; init; } = "";

    /// <summary>The number of a class (<see cref="FieldId.Class"/>); null for all.</summary>
    public int? Class { get; init; }

    /// <summary>Which by what the module says.</summary>
    public ShownFields Show { get; init; }

    /// <inheritdoc/>
    public static UrlParse<MetadataState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        int number = (int)reader.Number("class", 0, MaxClass, NoClass);
        return reader.Done(new MetadataState
        {
            Text = reader.Text("q", MaxText),
            Class = number == NoClass ? null : number,
            Show = reader.Word("show", Words, ShownFields.All),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("q", Text.Length == 0 ? null : Text)
        .With("class", Class?.ToString(CultureInfo.InvariantCulture))
        .With("show", Show == ShownFields.All ? null : Words.First(word => word.Value == Show).Key);

    /// <summary>Whether a field is listed.</summary>
    /// <param name="row">The field.</param>
    public bool Lists(MetadataRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (Class is null || row.Id.Class == Class) && row.Matches(Text) && Show switch
        {
            ShownFields.Offered => row.State == FieldState.Offered,
            ShownFields.Missing => row.State != FieldState.Offered,
            ShownFields.Changed => row.Before is not null,
            _ => true,
        };
    }
}
