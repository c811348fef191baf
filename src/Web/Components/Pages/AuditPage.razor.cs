using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Api;
using TdxDash.Web.Store;

namespace TdxDash.Web.Components.Pages;

/// <summary>Who did what, for who administers everything.</summary>
public sealed partial class AuditPage
{
    /// <summary>Lines on a page.</summary>
    public const int PageLines = 100;

    private IReadOnlyList<AuditLine> _lines = [];
    private string _text = "";

    /// <summary>What is searched for, from the address.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Query { get; set; }

    /// <summary>The line below which the page begins, from the address.</summary>
    [SupplyParameterFromQuery(Name = "before")]
    public string? BeforeText { get; set; }

    [Inject]
    private AuditLog Audit { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private string Text => AuditExport.Cut(Query);

    // What is no number is the newest page.
    private long? Before => long.TryParse(BeforeText, NumberStyles.None, CultureInfo.InvariantCulture, out long before) ? before : null;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _text = Text;
        _lines = Audit.Read(new AuditQuery(Text, Before, PageLines));
    }

    private void Search() => Nav.NavigateTo(Link(null, _text));

    private string Link(long? before, string? text = null)
    {
        string wanted = text ?? Text;
        string query = string.Join('&', new[]
        {
            wanted.Length == 0 ? "" : $"q={Uri.EscapeDataString(wanted)}",
            before is { } line ? $"before={line.ToString(CultureInfo.InvariantCulture)}" : "",
        }.Where(part => part.Length > 0));
        return query.Length == 0 ? "/audit" : $"/audit?{query}";
    }

    private string Export(string type) => $"/audit.{type}{(Text.Length == 0 ? "" : $"?q={Uri.EscapeDataString(Text)}")}";
}
