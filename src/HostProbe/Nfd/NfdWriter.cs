using System.Text;
using TdxDash.HostProbe.Commands.Report;

namespace TdxDash.HostProbe.Nfd;

/// <summary>Keeps a feature file up to date: written when features change and before they expire, at once as a whole.</summary>
/// <param name="path">The file.</param>
/// <param name="space">The namespace of names.</param>
/// <param name="lifetime">How long NFD believes the file; null for ever.</param>
/// <param name="time">The clock.</param>
internal sealed class NfdWriter(string path, string space, TimeSpan? lifetime, TimeProvider time)
{
    /// <summary>The file's name where only a folder is given.</summary>
    public const string FileName = "tdxdash";

    private string _written = "";
    private long _at;

    /// <summary>The file.</summary>
    public string File => path;

    /// <summary>The file that a path names: itself, or <see cref="FileName"/> in it where it is a folder.</summary>
    /// <param name="path">The path.</param>
    /// <param name="problem">What is wrong with it, and what to do; null when nothing is.</param>
    public static string Resolve(string path, out string? problem)
    {
        string file = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        string name = Path.GetFileName(file);
        problem = name.StartsWith('.') ? $"'{path}' begins with a dot, and NFD ignores such files. Choose another name."
            : !Directory.Exists(Path.GetDirectoryName(file)) ? $"There is no folder '{Path.GetDirectoryName(file)}'. Make it, or name the one that nfd-worker reads, /etc/kubernetes/node-feature-discovery/features.d."
            : null;
        return file;
    }

    /// <summary>Writes the file where it is due.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="IOException">It cannot be written; the message names it.</exception>
    public bool Write(HostView view)
    {
        IReadOnlyList<NfdFeature> features = NfdFeatures.Of(view);
        string timeless = NfdFile.Write(features, space, null);
        bool isDue = _written.Length == 0 || (lifetime is { } life && time.GetElapsedTime(_at) >= life / 2);
        if (timeless == _written && !isDue)
        {
            return false;
        }

        Replace(NfdFile.Write(features, space, lifetime is { } whole ? time.GetUtcNow() + whole : null));
        (_written, _at) = (timeless, time.GetTimestamp());
        return true;
    }

    // NFD ignores files with a dot in front, and so never reads half of one.
    private void Replace(string text)
    {
        string partial = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.partial");
        try
        {
            System.IO.File.WriteAllBytes(partial, Encoding.ASCII.GetBytes(text));
            if (!OperatingSystem.IsWindows())
            {
                // nfd-worker does not run as root, and the service's own files are nobody else's.
                System.IO.File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }

            System.IO.File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The feature file {path} cannot be written: {e.Message}", e);
        }
    }
}
