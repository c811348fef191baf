using System.Globalization;
using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Service;

/// <summary>Gives memory back that the service holds and does not use: what the start and each snapshot leave behind on the heap, and the pages of the program's file that were read for them.
/// What is wanted again is read again, from the system's own cache of the file.</summary>
internal static partial class SpareMemory
{
    private const string Maps = "/proc/self/maps";
    private const int NotNeeded = 4;

    /// <summary>Gives it back. It takes some milliseconds, in which the program stands still.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (Environment.ProcessPath is { } program && File.Exists(Maps))
        {
            foreach (string line in File.ReadAllLines(Maps))
            {
                if (OfProgram(line, program) is { } part)
                {
                    _ = Advise(part.Start, part.Length, NotNeeded);
                }
            }
        }
    }

    /// <summary>Finds a part of the program's file that is mapped as it is and that nothing ever writes to: its code, and what stands before it.</summary>
    /// <param name="line">A line of <c>/proc/self/maps</c>: <c>5581d6a00000-5581d6c00000 r-xp 001f0000 fe:00 1234 /usr/bin/tdxprobe</c>.</param>
    /// <param name="program">The program's file.</param>
    /// <returns>Where it lies; null for everything else.</returns>
    internal static (nint Start, nint Length)? OfProgram(string line, string program)
    {
        string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        bool isPart = words.Length == 6 && words[5].Trim() == program && (words[1] == "r-xp" || (words[1] == "r--p" && words[2].Trim('0').Length == 0));
        string[] ends = isPart ? words[0].Split('-') : [];
        return ends.Length == 2 && nint.TryParse(ends[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint start)
            && nint.TryParse(ends[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint end) && end > start
            ? (start, end - start) : null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
