namespace TdxDash.Testing;

/// <summary>Compares with golden files. TDXDASH_GOLDEN=write writes them anew; look at what changed before it is kept.</summary>
internal static class Golden
{
    public static void Equal(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("TDXDASH_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is absent; TDXDASH_GOLDEN=write makes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
