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

    private static string? Text(Reading<T> reading, Func<T, string>? format) => format is null ? reading.Value?.ToString() : format(reading.Value);
}

/// <summary>The same as a plain fragment: where there are many, a component each would cost the server some kilobytes.</summary>
public static class ReadingValue
{
    /// <summary>A reading with its provenance mark, or why there is none.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="format">How the value is written; its own text unless told.</param>
    /// <param name="mono">Whether the value is an address, id, hash or size and so in the monospaced stack.</param>
    public static RenderFragment Of<T>(Reading<T> reading, Func<T, string>? format = null, bool mono = false) => ReadingValue<T>.Of(reading, format, mono);
}
