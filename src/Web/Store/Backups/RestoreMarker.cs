namespace TdxDash.Web.Store.Backups;

/// <summary>A file that stands in the data folder while files are exchanged: a dashboard that started in between would begin with an empty database.</summary>
internal static class RestoreMarker
{
    /// <summary>Sets it. One that an earlier restore left stays, as it names what was there at first.</summary>
    /// <param name="path">The store.</param>
    /// <param name="aside">The folder that what was there goes to.</param>
    /// <returns>The folder of an earlier restore that was cut off; null where none was.</returns>
    public static string? Set(StorePath path, string aside)
    {
        if (File.Exists(Of(path)))
        {
            return Aside(path);
        }

        PrivateFile.Write(Of(path), System.Text.Encoding.UTF8.GetBytes(aside + "\n"));
        return null;
    }

    /// <summary>Takes it away.</summary>
    public static void Clear(StorePath path) => File.Delete(Of(path));

    /// <exception cref="StartRefusedException">A restore was cut off.</exception>
    public static void Refuse(StorePath path)
    {
        if (File.Exists(Of(path)))
        {
            throw new StartRefusedException($"A restore into {path.Folder} was cut off before it was done. Run 'TdxDash.Web restore FILE' again. "
                + $"What was there before is in {Aside(path)}; to go back to it instead, move its files to {path.Folder} and delete {Of(path)}.");
        }
    }

    private static string Aside(StorePath path) => File.ReadAllText(Of(path)).Trim();

    private static string Of(StorePath path) => Path.Combine(path.Folder, "restore.unfinished");
}
