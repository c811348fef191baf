using System.Security.Cryptography;
using System.Text.Json;
using TdxDash.Tdx.Snapshots.Canonical;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The SHA-256 of a snapshot's canonical bytes: its identity.</summary>
public readonly record struct SnapshotHash
{
    /// <summary>Length of the written form: 64 lower-case hex digits.</summary>
    public const int TextLength = 64;

    private readonly string? _text;

    private SnapshotHash(string text) => _text = text;

    /// <summary>Hashes canonical bytes.</summary>
    public static SnapshotHash Of(ReadOnlySpan<byte> canonical) => new(Convert.ToHexStringLower(SHA256.HashData(canonical)));

    /// <summary>Parses the written form.</summary>
    public static bool TryParse(string? text, out SnapshotHash hash)
    {
        bool ok = text is { Length: TextLength } && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
        hash = ok ? new SnapshotHash(text!) : default;
        return ok;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => _text ?? new string('0', TextLength);
}

/// <summary>What parsing a snapshot gave.</summary>
/// <param name="Snapshot">The snapshot; null when it was refused.</param>
/// <param name="Error">Why it was refused and what to do, for a person; null when it was accepted.</param>
public sealed record SnapshotParse(Snapshot? Snapshot, string? Error)
{
    /// <summary>Whether it was refused because its schema is newer than <see cref="Snapshots.Snapshot.CurrentSchema"/>: a newer version may accept it as it is.</summary>
    public bool IsNewer { get; init; }

    /// <summary>Whether the bytes are known to be the snapshot's canonical form. Where they are not known to be, they may still be.</summary>
    public bool IsCanonical { get; init; }
}

/// <summary>The canonical form of a snapshot: UTF-8 JSON, members in the records' order, no white space, absent members
/// left out, every 64-bit address, size and metadata value as a hexadecimal string (JSON numbers lose bits above 2^53).</summary>
public static class SnapshotCodec
{
    /// <summary>The most bytes of canonical form that are accepted from outside.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>Deepest nesting that is accepted from outside; the form itself needs 9.</summary>
    public const int MaxDepth = 16;

    /// <summary>Writes the canonical form.</summary>
    public static byte[] Write(Snapshot snapshot) => JsonSerializer.SerializeToUtf8Bytes(snapshot, SnapshotJson.Canonical);

    /// <summary>Writes the same members with indentation, for people.</summary>
    public static string WriteIndented(Snapshot snapshot) => JsonSerializer.Serialize(snapshot, SnapshotJson.Indented);

    /// <summary>Parses bytes from outside: bounded, strict about unknown and missing members, and valid as a whole.</summary>
    /// <returns>The snapshot, or the reason and remedy; never throws for bad input.</returns>
    public static SnapshotParse Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return new SnapshotParse(null, $"The snapshot has {bytes.Length} bytes; at most {MaxBytes} are accepted. Check the memory map of the host for runaway ranges.");
        }

        try
        {
            if (CanonicalSnapshot.TryRead(bytes) is { } canonical)
            {
                SnapshotRules.Check(canonical, isCanonical: true);
                return new SnapshotParse(canonical, null) { IsCanonical = true };
            }

            // Looked at first, so that a newer snapshot is called newer and not broken.
            if (SchemaOf(bytes) is int schema && schema > Snapshot.CurrentSchema)
            {
                return new SnapshotParse(null, $"The snapshot has schema {schema}; this version reads up to {Snapshot.CurrentSchema}. Update TdxDash here to at least the version that wrote it.")
                {
                    IsNewer = true,
                };
            }

            Snapshot snapshot = JsonSerializer.Deserialize(bytes, SnapshotJson.Canonical)
                ?? throw new JsonException("The snapshot is the JSON word null.");
            SnapshotRules.Check(snapshot);
            return new SnapshotParse(snapshot, null);
        }
        catch (JsonException e)
        {
            string place = e.Path is null or "$" ? "" : $" at {e.Path}";
            return Invalid($"{WithoutPosition(e.Message).TrimEnd('.')}{place} (byte {e.BytePositionInLine ?? 0}).");
        }
        catch (FormatException e)
        {
            return Invalid(e.Message);
        }
    }

    /// <summary>Cuts the path and position that the serialiser appends to its messages.</summary>
    internal static string WithoutPosition(string message)
    {
        int path = message.IndexOf(" Path: ", StringComparison.Ordinal);
        int line = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        int end = path >= 0 ? path : line;
        return end >= 0 ? message[..end] : message;
    }

    private static SnapshotParse Invalid(string what) => new(null, $"The snapshot is not valid: {what} Take it again with a probe of this version.");

    /// <summary>The schema that a snapshot's bytes state, without looking at the rest.</summary>
    /// <param name="bytes">JSON.</param>
    /// <returns>Null where they state none.</returns>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static int? SchemaOf(ReadOnlySpan<byte> bytes)
    {
        // Names are compared as they are written: unescaping throws for half a surrogate pair.
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueSpan.SequenceEqual("schema"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int schema) ? schema : null;
            }
        }

        return null;
    }
}
