using System.Globalization;
using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Service;

/// <summary>Gives memory back that the service holds and does not use: what the start and each snapshot leave behind on the heap, and the pages of the program's file that were read for them.
/// What is wanted again is read again, from the system's own cache of the file.</summary>
internal static partial class SpareMemory
{
    /// <summary>What may come in addition to what was left the last time before it is given back again, in bytes. Of the program's file some 3.5 MiB are read again at once; giving them back costs milliseconds, and reading them again as many.</summary>
    public const long Allowance = 5 << 20;

    private const string Maps = "/proc/self/smaps", Sizes = "/proc/self/statm";
    private const int NotNeeded = 4, NoHugePages = 15;
    private static long _left;
    private static (nint Start, nint Length)[] _parts = [];

    /// <summary>Gives it back where more than the <see cref="Allowance"/> has come since the last time. It takes some milliseconds, in which the program stands still.</summary>
    public static void GiveBack()
    {
        if (IsWorth(Resident(), _left))
        {
            GiveBackAll();
            _left = Resident() ?? 0;
        }
    }

    /// <summary>Whether there is enough to give back; where the system does not show what is resident, always.</summary>
    /// <param name="resident">Resident memory now, in bytes.</param>
    /// <param name="left">That which was left the last time.</param>
    internal static bool IsWorth(long? resident, long left) => resident is null || resident > left + Allowance;

    private static void GiveBackAll()
    {
        // Found once: what may not be written to stays as the loader left it, unless a debugger sets a breakpoint there, and where it lies. To look through all that is mapped was two fifths of the time that this takes.
        if (_parts.Length == 0 && Environment.ProcessPath is { } program)
        {
            _parts = Parts(program);
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach ((nint start, nint length) in _parts)
        {
            // Else one byte that is read again brings 2 MiB with it, where the system caches the file in such pieces.
            _ = Advise(start, length, NoHugePages);
            _ = Advise(start, length, NotNeeded);
        }
    }

    private static long? Resident()
    {
        try
        {
            return ResidentOf(File.ReadAllText(Sizes), Environment.SystemPageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the resident memory out of <c>/proc/self/statm</c> (proc_pid_statm(5)).</summary>
    /// <param name="sizes">The file's text: pages in all, resident pages, and others.</param>
    /// <param name="page">Bytes of a page.</param>
    /// <returns>Bytes; null where the text says nothing of the kind.</returns>
    internal static long? ResidentOf(string sizes, int page) => sizes.Split(' ') is [_, var resident, ..] && uint.TryParse(resident, NumberStyles.None, CultureInfo.InvariantCulture, out uint pages) ? (long)pages * page : null;

    // Where the system does not show them the heap alone is given back: a service does not end for that.
    private static (nint Start, nint Length)[] Parts(string program)
    {
        try
        {
            return [.. OfProgram(File.ReadLines(Maps), program)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Finds the parts of the program's file that are mapped as they are: that may not be written to, and of which no page is the process' own, in memory or
    /// swapped out, as those are that the loader adjusted. Libraries are left alone, as one may just be loaded.</summary>
    /// <param name="lines">The lines of <c>/proc/self/smaps</c> (proc_pid_smaps(5)): <c>5581d6a00000-5581d6c00000 r-xp 001f0000 fe:00 1234 /usr/bin/tdxprobe</c>, and below it <c>Anonymous: 0 kB</c> and, later, <c>Swap: 0 kB</c> among others.</param>
    /// <param name="program">The program's file.</param>
    /// <returns>Where they lie, and their length in bytes.</returns>
    internal static IEnumerable<(nint Start, nint Length)> OfProgram(IEnumerable<string> lines, string program)
    {
        (nint, nint)? part = null;
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var range, { Length: 4 } rights, ..] && !range.EndsWith(':'))
            {
                part = words.Length == 6 && words[5].Trim() == program && rights[0] == 'r' && rights[1] == '-' ? Ends(range) : null;
            }
            else if (words is ["Anonymous:", not "0", ..])
            {
                part = null;
            }
            else if (words is ["Swap:", "0", "kB"] && part is { } whole)
            {
                part = null;
                yield return whole;
            }
        }
    }

    private static (nint Start, nint Length)? Ends(string range) => range.Split('-') is [var from, var to]
        && nint.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint start)
        && nint.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint end) && end > start ? (start, end - start) : null;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
