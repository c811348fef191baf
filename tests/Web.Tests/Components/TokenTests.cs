using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Testing;

namespace TdxDash.Web.Tests.Components;

public sealed partial class TokenTests
{
    private static readonly string[] Words = ["text", "muted", "ready", "busy", "warn", "fail", "emulated"];
    private static readonly string[] Graphics = ["line", "ram", "cmr", "tdmr", "pamt", "hole", "firmware"];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Tokens_OnPageAndSurface_HaveEnoughContrast(int theme)
    {
        Dictionary<string, string[]> tokens = TokenLine().Matches(File.ReadAllText(Path.Combine(Repository.Root, "wwwroot", "css", "tokens.css")))
            .ToDictionary(match => match.Groups[1].Value, match => new[] { match.Groups[2].Value, match.Groups[3].Value });

        foreach (string ground in new[] { "page", "surface" })
        {
            Assert.All(Words, name => Assert.True(Contrast(tokens[name][theme], tokens[ground][theme]) > 4.5, name));
            Assert.All(Graphics, name => Assert.True(Contrast(tokens[name][theme], tokens[ground][theme]) > 3, name));
        }
    }

    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    // WCAG 2.2, relative luminance.
    private static double Luminance(string colour)
    {
        double[] parts = [.. Enumerable.Range(0, 3).Select(i => int.Parse(colour.AsSpan(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4))];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    [GeneratedRegex("--([a-z]+): light-dark\\(#([0-9a-f]{6}), #([0-9a-f]{6})\\);")]
    private static partial Regex TokenLine();
}
