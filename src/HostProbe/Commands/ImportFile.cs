using TdxDash.Tdx.Import;

namespace TdxDash.HostProbe.Commands;

/// <summary>Reads a log or report of any size, a block at a time.</summary>
internal static class ImportFile
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    private const int BlockBytes = 64 << 10;

    /// <summary>Understands a file.</summary>
    /// <param name="path">The file; <see cref="StandardInput"/> for what is piped in.</param>
    /// <exception cref="CommandException">It cannot be read, or nothing in it was understood.</exception>
    public static ImportResult Read(string path)
    {
        try
        {
            using Stream stream = path == StandardInput ? Console.OpenStandardInput() : new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            ImportResult result = Read(stream);
            return result.Snapshot is not null ? result : throw CommandException.Failed($"{(path == StandardInput ? "Standard input" : path)}: {result.Refusal}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {path} cannot be read: {e.Message} Give the path of a log or report, or - for standard input.");
        }
    }

    /// <summary>The name that a host gets where nobody names it: the one in the text, else the file's.</summary>
    public static string NameOf(ImportResult result, string path)
    {
        string file = path == StandardInput ? "" : Path.GetFileNameWithoutExtension(path);
        return ImportResult.CheckName(result.SuggestedName) is null ? result.SuggestedName : ImportResult.CheckName(file) is null ? file : "imported host";
    }

    private static ImportResult Read(Stream stream)
    {
        var reader = new ImportReader();
        byte[] block = new byte[BlockBytes];
        for (int length = stream.Read(block); length > 0 && !reader.IsRefused; length = stream.Read(block))
        {
            reader.Feed(block.AsSpan(0, length));
        }

        return reader.Finish();
    }
}
