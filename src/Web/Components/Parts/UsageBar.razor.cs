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

    /// <summary>How many there can be; null when not known.</summary>
    [Parameter, EditorRequired]
    public int? Limit { get; set; }

    /// <summary>Why the limit is not known, for the tooltip.</summary>
    [Parameter]
    public string? WhyUnknown { get; set; }

    /// <summary>How many of the used ones are drawn plain; the rest is drawn as PAMT. All of them unless told.</summary>
    [Parameter]
    public int? First { get; set; }

    /// <summary>The text of a share, as <c>25.0 %</c>: of something that is no limit to come near to, so that it has no level. Null for a use of a limit.</summary>
    [Parameter]
    public string? Share { get; set; }

    /// <summary>The level as a style class: nothing, <c>warn</c> or <c>fail</c>.</summary>
    public string? Level => Share is null ? LevelOf(Used, Limit) : null;

    /// <summary>A use and its limit as text: <c>11/16</c>, or <c>11 of ?</c> where the limit is not known.</summary>
    public static string TextOf(int used, int? limit) => limit is int known ? $"{Wording.Plain(used)}/{Wording.Plain(known)}" : $"{Wording.Plain(used)} of ?";

    /// <summary>Grades a use against its limit.</summary>
    /// <returns>Null when there is room or the limit is not known, <c>warn</c> from 75 % on, <c>fail</c> from one below the limit.</returns>
    public static string? LevelOf(int used, int? limit)
    {
        if (used > 0 && used >= limit - 1)
        {
            return "fail";
        }

        return used * 4 >= limit * 3 ? "warn" : null;
    }

    private readonly record struct Bar(int Used, int? Limit, int First)
    {
        private int Whole => Math.Max(Limit ?? 0, Used);

        public string Width(int count) => Scaled(count).ToString("0.#", CultureInfo.InvariantCulture);

        public string X(int count) => (1 + Scaled(count)).ToString("0.#", CultureInfo.InvariantCulture);

        // Over the limit the bar is full and the text says by how much; without a limit there is nothing to fill.
        private double Scaled(int count) => Limit is null or <= 0 ? 0 : FullWidth * Math.Min(count, Whole) / Whole;
    }
}
