using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Parts;

/// <summary>How much of a limit is used, as text with a bar beside it. Amber from 75 % on, red from one below the limit.</summary>
public partial class UsageBar
{
    private const double FullWidth = 62;

    /// <summary>How many are used; may exceed the limit.</summary>
    [Parameter, EditorRequired]
    public int Used { get; set; }

    /// <summary>How many there can be.</summary>
    [Parameter, EditorRequired]
    public int Limit { get; set; }

    /// <summary>How many of the used ones are drawn plain; the rest is drawn as PAMT. All of them unless told.</summary>
    [Parameter]
    public int? First { get; set; }

    /// <summary>The level as a style class: nothing, <c>warn</c> or <c>fail</c>.</summary>
    public string? Level => LevelOf(Used, Limit);

    private int FirstPart => Math.Clamp(First ?? Used, 0, Used);

    /// <summary>Grades a use against its limit.</summary>
    /// <returns>Null when there is room, <c>warn</c> from 75 % on, <c>fail</c> from one below the limit.</returns>
    public static string? LevelOf(int used, int limit)
    {
        if (used > 0 && used >= limit - 1)
        {
            return "fail";
        }

        return used * 4 >= limit * 3 ? "warn" : null;
    }

    // Over the limit the bar is full and the text says by how much.
    private double Scaled(int count) => Limit <= 0 ? 0 : FullWidth * Math.Min(count, Math.Max(Limit, Used)) / Math.Max(Limit, Used);

    private string Width(int count) => Scaled(count).ToString("0.#", CultureInfo.InvariantCulture);

    private string X(int count) => (1 + Scaled(count)).ToString("0.#", CultureInfo.InvariantCulture);
}
