using System.Runtime.InteropServices;
using System.Text;

namespace TdxDash.Faults.Support;

/// <summary>What happened to a file; writes.c has the numbers.</summary>
internal enum ChangeKind
{
    Created = 1,
    Written,
    Cut,
    Renamed,
    Linked,
    Unlinked,
    Flushed,
}

/// <summary>One thing that a process did to a file or folder.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">The file, or the folder that was flushed, relative to the folder that is watched; "." for that one.</param>
/// <param name="Offset">Where it was written; the new length of what was cut; for a flush, how many changes came before it began.</param>
/// <param name="Data">What was written.</param>
/// <param name="To">The other name of what was renamed or linked, relative too.</param>
internal sealed record FileChange(ChangeKind Kind, string Path, long Offset = 0, byte[]? Data = null, string To = "");

/// <summary>Reads what the shim notes of a process's files.</summary>
internal static class WriteLog
{
    /// <summary>Everything that was noted, in order, and empties the file for the next process.</summary>
    /// <param name="file">The log; the process that wrote it does not run any more.</param>
    /// <param name="below">The folder that was watched.</param>
    public static IReadOnlyList<FileChange> Take(string file, string below)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(file);
        var changes = new List<FileChange>();
        while (rest.Length >= Marshal.SizeOf<Head>())
        {
            Head head = MemoryMarshal.Read<Head>(rest);
            rest = rest[Marshal.SizeOf<Head>()..];
            if (rest.Length < head.PathBytes + head.Bytes)
            {
                // The kill cut the last note off; nothing was flushed after it.
                break;
            }

            string path = Relative(rest[..head.PathBytes], below);
            byte[] data = rest.Slice(head.PathBytes, (int)head.Bytes).ToArray();
            string to = head.Kind is ChangeKind.Renamed or ChangeKind.Linked ? Relative(data, below) : "";
            changes.Add(new FileChange(head.Kind, path, head.Offset, head.Kind == ChangeKind.Written ? data : null, to));
            rest = rest[(head.PathBytes + (int)head.Bytes)..];
        }

        File.Delete(file);
        return changes;
    }

    private static string Relative(ReadOnlySpan<byte> path, string below) => Path.GetRelativePath(below, Encoding.UTF8.GetString(path));

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Head
    {
        public readonly ChangeKind Kind;
        public readonly int PathBytes;
        public readonly long Offset;
        public readonly long Bytes;
    }
}
