using System.Security.Cryptography;
using System.Text.Json;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Identity;

/// <summary>The files of a probe's identity in its state folder. A new key waits in a file of its own until the dashboard has taken it, so that a crash on the way leaves both.</summary>
/// <param name="folder">The state folder.</param>
internal sealed class IdentityFile(string folder)
{
    /// <summary>The file's name.</summary>
    public const string Name = "identity.json";

    /// <summary>The name of the file of a key that the dashboard may not know yet.</summary>
    public const string NextName = "identity.next.json";

    private const string Unfinished = ".unfinished";

    // A key, and the certificates of an authority.
    private const int MostBytes = 16 << 10, MostFileBytes = MostBytes + (2 * DashboardLink.MostCaBytes);

    // What a write left that was cut off; a younger one may be another process's that is at it.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), Name);

    private string NextPath => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, NextName);

    /// <summary>Reads the identity.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be read; the message names the file and the remedy.</exception>
    public ProbeIdentity? Read() => Read(Path);

    /// <summary>Reads the key that the dashboard may not know yet.</summary>
    /// <returns>Null where there is none, or where its writing was cut off.</returns>
    /// <exception cref="IOException">It cannot be read; the message names the file and the remedy.</exception>
    public ProbeIdentity? ReadNext() => Read(NextPath);

    /// <summary>Keeps a new key beside the one in use.</summary>
    /// <exception cref="IOException">It cannot be written; the message names the file and the remedy.</exception>
    public void WriteNext(ProbeIdentity identity) => Write(NextPath, identity);

    /// <summary>Takes a new key into use; the one before is gone.</summary>
    /// <exception cref="IOException">It cannot be written; the message names the file and the remedy.</exception>
    public void Promote(ProbeIdentity identity)
    {
        Write(Path, identity);
        File.Delete(NextPath);
    }

    /// <summary>Tells one state of both files from another, for whoever waits for a change.</summary>
    public (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(Path), File.GetLastWriteTimeUtc(NextPath));

    private static ProbeIdentity? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[Math.Min(file.Length, MostFileBytes)];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            ProbeIdentity? identity = length == MostFileBytes ? null : JsonSerializer.Deserialize(bytes.AsSpan(0, length), IdentityJson.Default.ProbeIdentity);
            using ECDsa? key = identity?.OpenKey();
            return identity is { Version: 1, Dashboard.IsAbsoluteUri: true } ? identity : throw Damaged(path, "it is empty, too long, or of a newer version", null);
        }
        catch (Exception e) when (e is JsonException or CryptographicException)
        {
            throw Damaged(path, e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The identity {path} cannot be read: {e.Message} Run tdxprobe as the user that enrolled it.", e);
        }
    }

    private static IOException Damaged(string path, string finding, Exception? inner) =>
        new($"The identity {path} is damaged ({finding}). Delete it and enrol this probe again: tdxprobe enroll. The journal is not touched.", inner);

    // The bytes are on the disk before the name leads to them, and the name before anybody relies on it.
    private static void Write(string path, ProbeIdentity identity)
    {
        // A name that no other process has, as a command may write beside the service.
        string folder = System.IO.Path.GetDirectoryName(path)!, unfinished = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            Directory.CreateDirectory(folder);
            Sweep(folder, System.IO.Path.GetFileName(path));
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(unfinished, options))
            {
                JsonSerializer.Serialize(file, identity, IdentityJson.Default.ProbeIdentity);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            FolderFlush.Run(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(unfinished);
            throw new IOException($"The identity {path} cannot be written: {e.Message} Give this user the right to write in its folder, or name another with --state.", e);
        }
    }

    private static void Sweep(string folder, string name)
    {
        foreach (string left in Directory.EnumerateFiles(folder, $"{name}*{Unfinished}").Where(left => DateTime.UtcNow - File.GetLastWriteTimeUtc(left) > Stale))
        {
            TryDelete(left);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on it, and the next write tries again.
        }
    }
}
