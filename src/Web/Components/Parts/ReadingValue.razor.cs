using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Parts;

/// <summary>A reading with its provenance mark, or why there is none and what to do about it; never a blank.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public partial class ReadingValue<T>
{
    /// <summary>The reading.</summary>
    [Parameter, EditorRequired]
    public Reading<T> Reading { get; set; } = null!;

    /// <summary>How the value is written; its own text unless told.</summary>
    [Parameter]
    public Func<T, string>? Format { get; set; }

    /// <summary>Whether the value is an address, id, hash or size and so in the monospaced stack.</summary>
    [Parameter]
    public bool Mono { get; set; }

    private string? Text => Format is null ? Reading.Value?.ToString() : Format(Reading.Value);
}
