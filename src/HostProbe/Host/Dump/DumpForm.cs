using System.Text;
using System.Text.Json;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>Turns a dump into its document.</summary>
internal static class DumpForm
{
    public const int RegisterCount = 7;

    private const string Source = "libtdxdash";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static DumpDocument Of(HostDump dump) => new()
    {
        Format = DumpDocument.FormatName,
        Version = DumpDocument.CurrentVersion,
        Demo = dump.IsDemo,
        Files = [.. dump.Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => Access(file.Key, file.Value))],
        Folders = [.. dump.Folders.OrderBy(folder => folder.Key, StringComparer.Ordinal).Select(folder => Access(folder.Key, folder.Value))],
        Module = Module(dump.Module),
    };

    public static ModuleOpening Opened(string description, bool emulated) =>
        new(null, Reading.Known(description, emulated ? Provenance.Emulated : Provenance.ReportedByFile, Source));

    public static AccessFailure ParseFailure(string word)
    {
        foreach (AccessFailure failure in Enum.GetValues<AccessFailure>())
        {
            if (Word(failure) == word)
            {
                return failure;
            }
        }

        throw new FormatException($"'{word}' is no kind of failure.");
    }

    private static string Word(AccessFailure failure) => JsonNamingPolicy.CamelCase.ConvertName(failure.ToString());

    private static DumpAccess Access(string path, HostAccess access)
    {
        if (access.Error is { } error)
        {
            return new DumpAccess { Path = path, Failure = Word(error.Failure), Reason = error.Reason };
        }

        if (access.Names is { } names)
        {
            return new DumpAccess { Path = path, Names = names };
        }

        return IsText(access.Content!)
            ? new DumpAccess { Path = path, Text = StrictUtf8.GetString(access.Content!) }
            : new DumpAccess { Path = path, Base64 = Convert.ToBase64String(access.Content!) };
    }

    // Bytes of structures are often valid UTF-8, and each zero takes six characters as text.
    private static bool IsText(byte[] content) => System.Text.Unicode.Utf8.IsValid(content) && !content.Contains((byte)0);

    private static DumpModule Module(RecordedModule module)
    {
        Reading<string> description = module.Opening.Description;
        return description.State switch
        {
            ReadingState.Known => new DumpModule { Description = description.Value, Emulated = module.Emulated, Calls = [.. module.Calls.Select(Call)] },
            ReadingState.NotOffered => new DumpModule { Reason = description.Reason },
            _ => new DumpModule { Reason = description.Reason, Remedy = description.Remedy },
        };
    }

    private static DumpCall Call(RecordedCall call) => new()
    {
        Leaf = (int)call.Leaf,
        In = Registers(call.In),
        Out = Registers(call.Out),
        Page = call.Page.IsEmpty ? null : Convert.ToBase64String(call.Page.Span),
        Reason = call.Error?.Reason,
        Remedy = call.Error?.Remedy,
    };

    private static string[] Registers(SeamcallRegisters r) =>
        [Hex.Plain(r.Rax), Hex.Plain(r.Rcx), Hex.Plain(r.Rdx), Hex.Plain(r.R8), Hex.Plain(r.R9), Hex.Plain(r.R10), Hex.Plain(r.R11)];
}
