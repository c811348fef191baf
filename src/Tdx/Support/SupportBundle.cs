using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TdxDash.Tdx.Support;

/// <summary>One file of a support bundle.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Holds">What it holds, in words.</param>
/// <param name="Text">Its text, as it is before redaction.</param>
public sealed record BundleFile(string Name, string Holds, string Text);

/// <summary>A zip file for whoever helps: what a program knows of itself, with a manifest that names each file and what was taken out of it.</summary>
public static class SupportBundle
{
    /// <summary>The manifest's name.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>The most characters of one file; of longer texts the end stays.</summary>
    public const int MostCharacters = 8 << 20;

    /// <summary>Writes a bundle.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="product">The program and its version.</param>
    /// <param name="createdAt">The time.</param>
    /// <param name="files">The files.</param>
    /// <param name="redactor">Takes names and secrets out; null to leave all in.</param>
    /// <returns>What was replaced, over all files.</returns>
    public static IReadOnlyDictionary<RedactedKind, int> Write(Stream stream, string product, DateTimeOffset createdAt, IReadOnlyList<BundleFile> files, Redactor? redactor)
    {
        ArgumentNullException.ThrowIfNull(files);
        var total = new SortedDictionary<RedactedKind, int>();
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using var manifest = new MemoryStream();
        using (var json = new Utf8JsonWriter(manifest, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            Begin(json, product, createdAt, redactor is not null);
            foreach (BundleFile file in files)
            {
                IReadOnlyDictionary<RedactedKind, int> replaced = Add(zip, json, createdAt, file, redactor);
                foreach ((RedactedKind kind, int count) in replaced)
                {
                    total[kind] = total.GetValueOrDefault(kind) + count;
                }
            }

            json.WriteEndArray();
            Counts(json, "pseudonyms", redactor?.Pseudonyms ?? new Dictionary<RedactedKind, int>());
            json.WriteEndObject();
        }

        Put(zip, createdAt, ManifestName, [.. manifest.ToArray(), (byte)'\n']);
        return total;
    }

    private static void Begin(Utf8JsonWriter json, string product, DateTimeOffset createdAt, bool isRedacted)
    {
        json.WriteStartObject();
        json.WriteString("product", product);
        json.WriteString("createdAt", createdAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteBoolean("redacted", isRedacted);
        json.WriteString("note", isRedacted
            ? "Names, addresses, identities, secrets and unknown kernel parameters were replaced. One original has one pseudonym in all files of this bundle, and another one in every other bundle. Look through it before you share it."
            : "Nothing was taken out: it holds names, addresses and the kernel command line. Share it with nobody who may not know them.");
        json.WriteStartArray("files");
    }

    private static IReadOnlyDictionary<RedactedKind, int> Add(ZipArchive zip, Utf8JsonWriter json, DateTimeOffset createdAt, BundleFile file, Redactor? redactor)
    {
        IReadOnlyDictionary<RedactedKind, int> replaced = new Dictionary<RedactedKind, int>();
        string text = file.Text.Length <= MostCharacters ? file.Text : file.Text[^MostCharacters..];
        text = redactor is null ? text : redactor.Apply(text, out replaced);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Put(zip, createdAt, file.Name, bytes);
        json.WriteStartObject();
        json.WriteString("name", file.Name);
        json.WriteString("holds", file.Holds);
        json.WriteNumber("bytes", bytes.Length);
        json.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes)));
        json.WriteBoolean("cut", file.Text.Length > MostCharacters);
        Counts(json, "replaced", replaced);
        json.WriteEndObject();
        return replaced;
    }

    private static void Counts(Utf8JsonWriter json, string name, IReadOnlyDictionary<RedactedKind, int> counts)
    {
        json.WriteStartObject(name);
        foreach ((RedactedKind kind, int count) in counts.OrderBy(entry => entry.Key))
        {
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), count);
        }

        json.WriteEndObject();
    }

    private static void Put(ZipArchive zip, DateTimeOffset createdAt, string name, ReadOnlySpan<byte> bytes)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = createdAt;
        using Stream stream = entry.Open();
        stream.Write(bytes);
    }
}
