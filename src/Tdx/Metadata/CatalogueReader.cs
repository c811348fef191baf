using System.Globalization;
using System.Text.Json;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Reads a module catalogue, which may be anybody's file.</summary>
public static class CatalogueReader
{
    /// <summary>The most bytes of a file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The most releases.</summary>
    public const int MaxReleases = 1_000;

    private const int Format = 1, MaxFamilies = 32, MaxFamily = 16, MaxSeamldr = 16, MaxSources = 32, MaxText = 400, MaxShown = 60, MaxDepth = 8;

    private const string Remedy = "Take the list that TdxDash ships as an example: /catalogue.json, or src/Tdx/Metadata/module-catalogue.json.";

    private static readonly string[] OfCatalogue = ["format", "asOf", "sources", "releases"], OfRelease = ["version", "published", "families", "updateFrom", "seamldr", "source", "note"];

    /// <summary>Reads a catalogue.</summary>
    /// <param name="json">The file's bytes, UTF-8.</param>
    /// <exception cref="SourceFormatException">It is none; the message names the place and the value.</exception>
    public static ModuleCatalogue Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            throw Wrong($"The file has {json.Length} bytes; at most {MaxBytes} are read.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw Wrong($"It is no JSON: {Shown(e.Message, MaxText)}");
        }
        // Text that is no UTF-16, which only shows when it is asked for.
        catch (InvalidOperationException e)
        {
            throw Wrong($"It has text that cannot be read: {Shown(e.Message, MaxText)}");
        }
    }

    private static ModuleCatalogue Read(JsonElement root)
    {
        Members(root, "the file", OfCatalogue);
        if (!root.TryGetProperty("format", out JsonElement format) || format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out int number) || number != Format)
        {
            throw Wrong($"format is not {Format}, which is what this version reads.");
        }

        string asOf = Text(root, "asOf", "the file") ?? throw Wrong("asOf is missing: the day or month that the list tells of.");
        if (!DateOnly.TryParseExact(asOf, ["yyyy-MM", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw Wrong($"asOf is '{Shown(asOf)}': write a month or a day, 2026-06 or 2026-06-30.");
        }

        Dictionary<string, string> sources = Sources(root);
        JsonElement[] entries = Elements(root, "releases", "the file", MaxReleases);
        ModuleRelease[] releases = [.. entries.Select((entry, i) => Release(entry, $"releases[{i}]", sources)).OrderBy(release => release, Comparer<ModuleRelease>.Create((a, b) => a.Version.CompareTo(b.Version)))];
        if (releases.Length == 0)
        {
            throw Wrong("releases is empty.");
        }

        for (int i = 1; i < releases.Length; i++)
        {
            // The same version for two families is two entries' worth, the same one twice is a mistake.
            if (releases[i].Version == releases[i - 1].Version)
            {
                throw Wrong($"Version {releases[i].Version} stands there twice: give its families in one entry.");
            }
        }

        return new ModuleCatalogue(asOf, releases);
    }

    private static ModuleRelease Release(JsonElement entry, string place, Dictionary<string, string> sources)
    {
        Members(entry, place, OfRelease);
        string source = Text(entry, "source", place) ?? throw Wrong($"{place}.source is missing.");
        var release = new ModuleRelease(Version(entry, "version", place) ?? throw Wrong($"{place}.version is missing."), Date(entry, place), Families(entry, place))
        {
            UpdateFrom = Version(entry, "updateFrom", place),
            Seamldr = [.. Elements(entry, "seamldr", place, MaxSeamldr).Select((one, i) => VersionOf(one, $"{place}.seamldr[{i}]"))],
            Source = sources.TryGetValue(source, out string? told) ? told : throw Wrong($"{place}.source is '{Shown(source)}', which is not among sources."),
            Note = Text(entry, "note", place) ?? "",
        };
        return release.UpdateFrom is { } from && ((from.Major, from.Minor) != (release.Version.Major, release.Version.Minor) || from.CompareTo(release.Version) > 0)
            ? throw Wrong($"{place}.updateFrom is {from}, from which no runtime update leads to {release.Version}: it keeps major and minor version.")
            : release;
    }

    private static Dictionary<string, string> Sources(JsonElement root)
    {
        if (!root.TryGetProperty("sources", out JsonElement sources) || sources.ValueKind != JsonValueKind.Object || sources.EnumerateObject().Count() > MaxSources)
        {
            throw Wrong($"sources is not an object of at most {MaxSources} members: a word for each source, and what it is.");
        }

        return sources.EnumerateObject().ToDictionary(source => source.Name, source => Text(sources, source.Name, "sources")!, StringComparer.Ordinal);
    }

    private static string[] Families(JsonElement entry, string place)
    {
        string[] families = [.. Elements(entry, "families", place, MaxFamilies).Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : "")];
        return Array.Find(families, name => name.Length is 0 or > MaxFamily || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')) is { } wrong
            ? throw Wrong($"{place}.families holds '{Shown(wrong)}': write the short names of CPU families, as EMR, with up to {MaxFamily} letters and digits.")
            : families;
    }

    private static DateOnly? Date(JsonElement entry, string place) => Text(entry, "published", place) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date) ? date
        : throw Wrong($"{place}.published is '{Shown(text)}': write a day as 2025-02-19.");

    private static ModuleVersion? Version(JsonElement entry, string name, string place) => entry.TryGetProperty(name, out JsonElement value) ? VersionOf(value, $"{place}.{name}") : null;

    private static ModuleVersion VersionOf(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.String && ModuleVersion.TryParse(value.GetString(), out ModuleVersion version) ? version
        : throw Wrong($"{place} is {Shown(value.GetRawText())}: write a version as \"1.5.08\".");

    private static string? Text(JsonElement entry, string name, string place)
    {
        if (!entry.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is { Length: > 0 and <= MaxText } && !text.Any(char.IsControl) ? text : throw Wrong($"{place}.{Shown(name)} is no text of 1 to {MaxText} characters without control characters.");
    }

    private static JsonElement[] Elements(JsonElement entry, string name, string place, int most)
    {
        if (!entry.TryGetProperty(name, out JsonElement list))
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= most ? [.. list.EnumerateArray()] : throw Wrong($"{place}.{name} is no list of at most {most} elements.");
    }

    private static void Members(JsonElement entry, string place, string[] known)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"{place} is no JSON object.");
        }

        foreach (JsonProperty member in entry.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
            {
                throw Wrong($"{place} has a member '{Shown(member.Name)}', which this version does not know; it knows {string.Join(", ", known)}.");
            }
        }
    }

    private static string Shown(string text, int most = MaxShown) => PlainText.Of(text.Length > most ? text[..most] : text);

    private static SourceFormatException Wrong(string reason) => new(reason, Remedy);
}
