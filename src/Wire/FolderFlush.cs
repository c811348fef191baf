using System.Runtime.InteropServices;

namespace TdxDash.Wire;

/// <summary>Puts the names in a folder on the disk, which .NET has no call for.</summary>
public static partial class FolderFlush
{
    // O_RDONLY | O_DIRECTORY | O_CLOEXEC of Linux on x86-64.
    private const int OpenFolder = 0x90000;

    /// <summary>Flushes a folder, as <c>fsync(2)</c> does; of other systems than Linux nothing is asked.</summary>
    /// <param name="folder">Its path.</param>
    /// <exception cref="IOException">It cannot be opened or flushed.</exception>
    public static void Run(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = Open(folder, OpenFolder);
        int failed = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (descriptor >= 0)
        {
            failed = Flush(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
            _ = Close(descriptor);
        }

        if (failed != 0)
        {
            throw new IOException($"The folder {folder} cannot be flushed: {Marshal.GetPInvokeErrorMessage(failed)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
