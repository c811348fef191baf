namespace TdxDash.Web.Store.Backups;

/// <summary>Files that only their owner may read, as they hold keys.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="IOException">It is there already or cannot be made.</exception>
    public static void Create(string file) => new FileStream(file, Options()).Dispose();

    /// <summary>Makes one with content, on the disk when this returns.</summary>
    /// <exception cref="IOException">It is there already or cannot be written.</exception>
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(file, Options());
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Has what was written to a file on the disk.</summary>
    public static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        return options;
    }
}
