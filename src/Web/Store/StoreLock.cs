namespace TdxDash.Web.Store;

/// <summary>Keeps a second dashboard away from the same folder: the store has one writer. The kernel drops it with the process.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <exception cref="StartRefusedException">The folder cannot be used, or another dashboard uses it.</exception>
    public static StoreLock Take(StorePath path)
    {
        string file = Path.Combine(path.Folder, "tdxdash.lock");
        try
        {
            CreatePrivate(path.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The data folder {path.Folder} cannot be made: {e.Message} Set TdxDash:DataFolder to a folder that this user may write.", e);
        }

        try
        {
            return new StoreLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartRefusedException($"The data folder {path.Folder} cannot be written: {e.Message} Set TdxDash:DataFolder to a folder that this user may write.", e);
        }
        catch (IOException e)
        {
            throw new StartRefusedException($"Another dashboard uses the data folder {path.Folder}, or it cannot be written: {e.Message} Stop the other one or set TdxDash:DataFolder.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
