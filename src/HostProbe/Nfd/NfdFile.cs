using System.Globalization;
using System.Text;

namespace TdxDash.HostProbe.Nfd;

/// <summary>The text of a feature file, as NFD's local source reads it (kubernetes-sigs/node-feature-discovery, docs/usage/customization-guide.md and source/local/local.go).</summary>
internal static class NfdFile
{
    /// <summary>The namespace of labels that NFD always lets through.</summary>
    public const string DefaultNamespace = "feature.node.kubernetes.io";

    /// <summary>NFD ignores a file with more bytes.</summary>
    public const int MostBytes = 65_536;

    // Kubernetes: a DNS subdomain, and a label's name and value.
    private const int MostNamespace = 253, MostName = 63;

    /// <summary>Writes the text.</summary>
    /// <param name="features">The features.</param>
    /// <param name="space">The namespace of their names.</param>
    /// <param name="expires">When NFD stops believing them; null for never.</param>
    public static string Write(IReadOnlyList<NfdFeature> features, string space, DateTimeOffset? expires)
    {
        var text = new StringBuilder("# Made by tdxprobe. docs/nfd.md of TdxDash says what each line means.\n");
        if (expires is { } at)
        {
            text.Append(CultureInfo.InvariantCulture, $"# +expiry-time={at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\n");
        }

        foreach (NfdFeature feature in features.OrderByDescending(feature => feature.IsLabel))
        {
            if (!IsName(feature.Name) || !IsValue(feature.Value))
            {
                throw new FormatException($"{feature.Name}={feature.Value} is no feature of NFD. This is a fault in TdxDash: report it.");
            }

            text.Append(feature.IsLabel ? "" : "# +no-label\n").Append(CultureInfo.InvariantCulture, $"{space}/{feature.Name}={feature.Value}\n");
        }

        return text.ToString();
    }

    /// <summary>Whether a text is a namespace of labels that a vendor may use: a DNS subdomain with a dot, and none of Kubernetes' own but NFD's.</summary>
    public static bool IsNamespace(string text) => text.Length <= MostNamespace && text.Contains('.', StringComparison.Ordinal)
        && text.Split('.').All(part => part.Length is > 0 and <= MostName && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && part[0] != '-' && part[^1] != '-')
        && (IsBelow(text, DefaultNamespace) || !(IsBelow(text, "kubernetes.io") || IsBelow(text, "k8s.io")));

    private static bool IsBelow(string text, string space) => text == space || text.EndsWith("." + space, StringComparison.Ordinal);

    private static bool IsName(string text) => text.Length is > 0 and <= MostName && IsValue(text);

    private static bool IsValue(string text) => text.Length <= MostName && (text.Length == 0 || (char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])))
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
