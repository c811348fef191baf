using System.Globalization;
using TdxDash.Tdx.Support;
using TdxDash.Web.Options;

namespace TdxDash.Web.Support;

/// <summary>The settings, as JSON. Only what cannot be secret by its form, or is known not to be, is written; of the rest only that it is set.</summary>
internal static class SupportSettings
{
    private const string IsSet = "[set]";

    private static readonly string[] Sections = [DashboardOptions.Section, "Kestrel", "Logging", "AllowedHosts", "urls"];

    // Folders, addresses and levels: what identifies in them is redacted as it is elsewhere.
    private static readonly string[] ShownEnds = [":Folder", "Folder", ":Url", "urls", "AllowedHosts"];

    /// <summary>Writes them.</summary>
    public static string Write(IConfiguration configuration) => BundleJson.Write(json =>
    {
        foreach ((string key, string? value) in Sections.SelectMany(section => configuration.GetSection(section).AsEnumerable()).Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            json.WriteString(key, Shown(key, value!));
        }
    });

    /// <summary>A setting's value as it may be shown.</summary>
    internal static string Shown(string key, string value)
    {
        bool isPlain = value.Length == 0 || bool.TryParse(value, out _) || long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)
            || TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _) || (value.Length <= 6 && value[..^1].All(char.IsAsciiDigit) && char.IsAsciiLetter(value[^1]));
        bool isKnown = key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase) || ShownEnds.Any(end => key.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return !SecretNames.Has(key) && (isPlain || isKnown) ? value : IsSet;
    }
}
