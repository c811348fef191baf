using System.Globalization;

namespace TdxDash.Web.Store.Backups;

/// <summary>The folder of scheduled backups. Only files that are named as these are are counted and removed; others may lie beside them.</summary>
/// <param name="folder">The folder.</param>
internal sealed class BackupFolder(string folder)
{
    private const string Prefix = "tdxdash-", Suffix = ".db", Stamp = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The scheduled backups, the newest first by the time in their names.</summary>
    public IReadOnlyList<(string File, DateTimeOffset At)> Backups => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}").Select(file => (file, TimeOf(Path.GetFileName(file))))
            .Where(entry => entry.Item2 is not null).Select(entry => (entry.file, entry.Item2!.Value)).OrderByDescending(entry => entry.Value),
    ];

    /// <summary>The name of a backup.</summary>
    public string FileFor(DateTimeOffset at) => Path.Combine(folder, $"{Prefix}{at.UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture)}{Suffix}");

    /// <summary>Makes the folder, for its owner alone.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public void Make()
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

    /// <summary>Removes all but the newest.</summary>
    /// <param name="keep">How many stay.</param>
    /// <param name="now">The dashboard's clock: what is named after it was made while the clock was ahead, and goes first.</param>
    /// <returns>How many were removed.</returns>
    public int Thin(int keep, DateTimeOffset now)
    {
        string[] old = [.. Backups.OrderBy(entry => entry.At > now).ThenByDescending(entry => entry.At).Skip(keep).Select(entry => entry.File)];
        Array.ForEach(old, File.Delete);
        return old.Length;
    }

    private static DateTimeOffset? TimeOf(string name) =>
        DateTimeOffset.TryParseExact(name[Prefix.Length..^Suffix.Length], Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at)
            ? at
            : null;
}
