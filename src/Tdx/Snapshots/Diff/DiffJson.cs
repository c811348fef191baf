using System.Text.Json;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>Writes a diff as JSON: the two hashes, and one object an entry with the words that <see cref="DiffText"/> uses.</summary>
public static class DiffJson
{
    /// <summary>The whole diff, indented, as UTF-8.</summary>
    public static byte[] Of(SnapshotDiff diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("base", diff.Base.ToString());
            json.WriteString("target", diff.Target.ToString());
            json.WriteStartArray("entries");
            foreach (DiffEntry entry in diff.Entries)
            {
                Write(json, entry);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, DiffEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        json.WriteString("sign", entry.Sign switch { DiffSign.Added => "added", DiffSign.Removed => "removed", _ => "changed" });
        json.WriteString("aspect", Words.Of(entry.Aspect));
        WriteIfAny(json, "before", entry.Before);
        WriteIfAny(json, "after", entry.After);
        string measure = DiffText.Measure(entry.Detail);
        WriteIfAny(json, "measure", measure.Length == 0 ? null : measure);
        WriteIfAny(json, "provenanceBefore", entry.ProvenanceBefore is { } before ? Words.Of(before) : null);
        WriteIfAny(json, "provenanceAfter", entry.ProvenanceAfter is { } after ? Words.Of(after) : null);
        json.WriteEndObject();
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
