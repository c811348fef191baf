using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>What parsing a dump gave.</summary>
/// <param name="Dump">The dump; null when it was refused.</param>
/// <param name="Error">Why it was refused and what to do; null when it was accepted.</param>
public sealed record DumpParse(HostDump? Dump, string? Error);

/// <summary>The file form of a dump: one JSON document, versioned, strict about unknown members.</summary>
public static class DumpCodec
{
    /// <summary>The most bytes of a dump.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxEntries = 1 << 18;
    private const int PageBytes = 4_096;
    private const int MaxText = 4_000;
    private const int MaxPhrase = 1_024;
    private const string Remedy = "Capture the host again with 'tdxprobe capture FILE', and copy the file whole.";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a dump.</summary>
    /// <exception cref="InvalidOperationException">It would have more than <see cref="MaxBytes"/>.</exception>
    public static byte[] Write(HostDump dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(DumpForm.Of(dump), DumpJson.Strict.DumpDocument);
        return bytes.Length <= MaxBytes
            ? bytes
            : throw new InvalidOperationException($"The dump would have {bytes.Length} bytes; at most {MaxBytes} are accepted.");
    }

    /// <summary>Parses a dump from outside; never throws for bad input.</summary>
    public static DumpParse Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return new DumpParse(null, $"The dump has {bytes.Length} bytes; at most {MaxBytes} are accepted. {Remedy}");
        }

        try
        {
            if (VersionOf(bytes) is int version && version > DumpDocument.CurrentVersion)
            {
                return new DumpParse(null, $"The dump has version {version}; this probe reads up to {DumpDocument.CurrentVersion}. Use a probe that is at least as new as the one that captured it.");
            }

            DumpDocument document = JsonSerializer.Deserialize(bytes, DumpJson.Strict.DumpDocument)
                ?? throw new FormatException("It is the JSON word null.");
            return new DumpParse(Understand(document), null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return new DumpParse(null, $"The dump is not valid: {e.Message} {Remedy}");
        }
    }

    // Looked at first, so that a newer dump is called newer and not broken. Names are compared as they are written: unescaping
    // throws for half a surrogate pair.
    private static int? VersionOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DumpJson.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueSpan.SequenceEqual("version"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) ? version : null;
            }
        }

        return null;
    }

    private static HostDump Understand(DumpDocument document)
    {
        Require(document.Format == DumpDocument.FormatName, $"Its format is '{document.Format}', not '{DumpDocument.FormatName}'.");
        Require(document.Version is >= DumpDocument.OldestVersion and <= DumpDocument.CurrentVersion, $"Its version is {document.Version}, not {DumpDocument.OldestVersion} to {DumpDocument.CurrentVersion}.");
        return new HostDump(document.Demo, ByPath(document.Files, folder: false), ByPath(document.Folders, folder: true), Module(document.Module));
    }

    private static Dictionary<string, HostAccess> ByPath(IReadOnlyList<DumpAccess> entries, bool folder)
    {
        Require(entries.Count <= MaxEntries, $"It holds {entries.Count} accesses; at most {MaxEntries} are accepted.");
        var result = new Dictionary<string, HostAccess>(entries.Count, StringComparer.Ordinal);
        foreach (DumpAccess? entry in entries)
        {
            Require(entry is not null, "An access is the JSON word null.");
            Require(entry.Path.StartsWith('/'), $"The path '{entry.Path}' is not absolute.");
            Require(result.TryAdd(entry.Path, Access(entry, folder)), $"The path '{entry.Path}' occurs twice.");
        }

        return result;
    }

    private static HostAccess Access(DumpAccess entry, bool folder) => entry switch
    {
        { Text: { } text, Base64: null, Names: null, Failure: null, Reason: null } when !folder => HostAccess.File(Bounded(entry, StrictUtf8.GetBytes(text))),
        { Text: null, Base64: { } base64, Names: null, Failure: null, Reason: null } when !folder => HostAccess.File(Bounded(entry, Convert.FromBase64String(base64))),
        { Text: null, Base64: null, Names: { } names, Failure: null, Reason: null } when folder && names.Count <= HostFiles.MaxNames && !names.Contains(null!) => HostAccess.Folder(names),
        { Text: null, Base64: null, Names: null, Failure: { } failure, Reason: { } reason } => HostAccess.Failed(DumpForm.ParseFailure(failure), Phrase(reason, $"the access to '{entry.Path}'")),
        _ => throw new FormatException($"The access to '{entry.Path}' needs exactly one of text, base64, names, or failure with reason."),
    };

    private static byte[] Bounded(DumpAccess entry, byte[] content)
    {
        Require(content.Length <= HostFiles.MaxFileBytes, $"The file '{entry.Path}' has {content.Length} bytes; at most {HostFiles.MaxFileBytes} are accepted.");
        return content;
    }

    // A reason quotes little: what is longer would be no snapshot's reason either.
    private static string Phrase(string text, string owner) => text.Length <= MaxPhrase
        ? text
        : throw new FormatException($"A reason or remedy of {owner} has {text.Length} characters; at most {MaxPhrase} are accepted.");

    private static RecordedModule Module(DumpModule module) => module switch
    {
        { Description.Length: > MaxText } => throw new FormatException($"The module's description has {module.Description.Length} characters; at most {MaxText} are accepted."),
        { Description: { } text, Calls: { } calls, Reason: null, Remedy: null } => new RecordedModule(DumpForm.Opened(text, module.Emulated), module.Emulated, Calls(calls)),
        { Description: null, Calls: null, Reason: { } reason, Remedy: null, Emulated: false } => new RecordedModule(ModuleOpening.NotWanted(Phrase(reason, "the module")), false, []),
        { Description: null, Calls: null, Reason: { } reason, Remedy: { } remedy, Emulated: false } => new RecordedModule(ModuleOpening.Closed(Phrase(reason, "the module"), Phrase(remedy, "the module")), false, []),
        _ => throw new FormatException("The module needs description with calls, or reason with or without remedy."),
    };

    private static IReadOnlyList<RecordedCall> Calls(IReadOnlyList<DumpCall> calls)
    {
        Require(calls.Count <= MaxEntries, $"It holds {calls.Count} SEAMCALLs; at most {MaxEntries} are accepted.");
        return [.. calls.Select(Call)];
    }

    private static RecordedCall Call(DumpCall? call, int index)
    {
        Require(call is not null, $"SEAMCALL {index} is the JSON word null.");
        byte[] page = call.Page is { } text ? Convert.FromBase64String(text) : [];
        Require(page.Length is 0 or PageBytes, $"SEAMCALL {index} has a page of {page.Length} bytes, not {PageBytes}.");
        Require(call.Leaf >= 0 && call.Reason is null == call.Remedy is null, $"SEAMCALL {index} has leaf {call.Leaf}, or only one of reason and remedy.");
        SeamcallTransportException? error = call.Reason is { } reason
            ? new SeamcallTransportException(Phrase(reason, $"SEAMCALL {index}"), Phrase(call.Remedy!, $"SEAMCALL {index}"))
            : null;
        return new RecordedCall((ulong)call.Leaf, Registers(call.In, index), Registers(call.Out, index), page, error);
    }

    private static SeamcallRegisters Registers(IReadOnlyList<string> texts, int index)
    {
        Require(texts.Count == DumpForm.RegisterCount, $"SEAMCALL {index} has {texts.Count} registers, not {DumpForm.RegisterCount}.");
        ulong[] values = new ulong[DumpForm.RegisterCount];
        for (int i = 0; i < values.Length; i++)
        {
            Require(Hex.TryParse(texts[i], out values[i]), $"SEAMCALL {index} has a register '{texts[i]}', which is not 0x and up to 16 hex digits.");
        }

        return new SeamcallRegisters { Rax = values[0], Rcx = values[1], Rdx = values[2], R8 = values[3], R9 = values[4], R10 = values[5], R11 = values[6] };
    }

    private static void Require([DoesNotReturnIf(false)] bool holds, string message)
    {
        if (!holds)
        {
            throw new FormatException(message);
        }
    }
}
