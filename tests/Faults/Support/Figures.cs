using TdxDash.Testing;

namespace TdxDash.Faults.Support;

/// <summary>The figure of each test: in its own output, and as a line of artifacts/test/faults.txt, from which the table of docs/reliability.md is made.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    public static void Note(string figure)
    {
        string line = $"{TestContext.Current.Test!.TestDisplayName.Replace("TdxDash.Faults.", "", StringComparison.Ordinal)} ({(Scale.IsFull ? "full" : "reduced")}): {figure}";
        TestContext.Current.TestOutputHelper!.WriteLine(line);
        string folder = Path.Combine(Repository.Root, "artifacts", "test");
        lock (Gate)
        {
            Directory.CreateDirectory(folder);
            File.AppendAllText(Path.Combine(folder, "faults.txt"), line + "\n");
        }
    }
}
