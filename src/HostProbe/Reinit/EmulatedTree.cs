using System.Globalization;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>The files of a tree in which an emulated module lives, beside those that a kernel has.</summary>
internal static class EmulatedTree
{
    /// <summary>Marks a tree as emulated: what is read below it is labelled so.</summary>
    public const string Marker = "/tdxdash-emulated";

    /// <summary>What an emulated module shows of itself and no kernel does, one line for each step.</summary>
    public const string Progress = "/tdxdash-emulated/progress";

    /// <summary>Writes one line of it.</summary>
    public static string Line(EmulatedProgress progress) =>
        string.Create(CultureInfo.InvariantCulture, $"{progress.Step} {progress.Done} {progress.Total}{(progress.Failed ? " failed" : "")}\n");

    /// <summary>Reads one line of it; null where it is none.</summary>
    public static EmulatedProgress? Parse(string line)
    {
        string[] words = line.Split(' ');
        return words.Length is 3 or 4 && Enum.TryParse(words[0], out EmulatedStep step) && Enum.IsDefined(step)
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long done)
            && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long total) && done <= total
            ? new EmulatedProgress(step, done, total, words.Length == 4 && words[3] == "failed") : null;
    }
}
