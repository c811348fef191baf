using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TdxDash.HostProbe.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>The files of the machine that the probe runs on, below a folder (<c>/</c>, or where a container has the host's mounted).</summary>
/// <param name="root">The folder that stands for <c>/</c>.</param>
public sealed partial class LiveHostFiles(string root = "/") : HostFiles
{
    private const int FirstBuffer = 16 << 10;
    private const int ReadOnlyCloseOnExec = 0x0 | 0x80000;
    private const int OperationNotPermitted = 1, NoEntry = 2, InputOutput = 5, NoSuchDeviceOrAddress = 6, PermissionDenied = 13, Busy = 16, NoSuchDevice = 19, NotFolder = 20;
    private static readonly LinuxKvm KvmCalls = new();

    private readonly string _root = Path.TrimEndingDirectorySeparator(root) is "/" ? "" : Path.TrimEndingDirectorySeparator(root);

    /// <inheritdoc/>
    public override Origin Origin { get; } = Path.TrimEndingDirectorySeparator(root) is not "/" && Directory.Exists(Path.TrimEndingDirectorySeparator(root) + EmulatedTree.Marker) ? Origin.Demo : Origin.Live;

    /// <inheritdoc/>
    public override HostAccess Read(string path)
    {
        string full = _root + path;
        return Guard(() => path switch
        {
            KernelLog => KernelLogDevice.Read(full),
            Kvm => KvmDevice.Ask(full, KvmCalls) ?? ReadFile(full),
            _ => ReadFile(full),
        });
    }

    /// <inheritdoc/>
    public override HostAccess ReadAt(string path, ulong offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPiece);
        string full = _root + path;
        return Guard(() => ReadPiece(full, offset, count));
    }

    /// <inheritdoc/>
    public override KernelLogTail FollowLog() => new(_root + KernelLog);

    /// <inheritdoc/>
    public override HostAccess List(string path) => Guard(() =>
    {
        var names = new List<string>();
        foreach (FileSystemInfo entry in new DirectoryInfo(_root + path).EnumerateFileSystemInfos())
        {
            if (names.Count == MaxNames)
            {
                return HostAccess.Failed(AccessFailure.TooLarge, $"It has more than {MaxNames} entries.");
            }

            names.Add(entry.Name);
        }

        names.Sort(StringComparer.Ordinal);
        return HostAccess.Folder(names);
    });

    // A tree of plain files cannot hold registers at neighbouring numbers in one file: there each is a file of its own.
    private HostAccess ReadPiece(string full, ulong offset, int count)
    {
        string copy = PieceOf(full, offset);
        if (_root.Length > 0 && File.Exists(copy))
        {
            return ReadFile(copy);
        }

        using SafeFileHandle handle = File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] piece = new byte[count];
        int read = RandomAccess.Read(handle, piece, checked((long)offset));
        return HostAccess.File(piece[..read]);
    }

    // Files of procfs and sysfs say that they have no or 4096 bytes; only reading to the end tells. Most of what is looked for each second is not there while nothing goes on, and the
    // exception of the framework's own opening costs a hundred times as much as this.
    private static HostAccess ReadFile(string full)
    {
        int descriptor = Open(full, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            return Failure(Marshal.GetLastPInvokeError());
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        // A large host has thousands of files of a few bytes.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            int filled = 0;
            while (RandomAccess.Read(handle, buffer.AsSpan(filled), filled) is int read and > 0)
            {
                filled += read;
                if (filled > MaxFileBytes)
                {
                    return HostAccess.Failed(AccessFailure.TooLarge, $"It has more than {MaxFileBytes} bytes.");
                }

                if (filled == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return HostAccess.File(buffer[..filled]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    private static HostAccess Guard(Func<HostAccess> access)
    {
        try
        {
            return access();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return HostAccess.Absent();
        }
        catch (UnauthorizedAccessException)
        {
            return HostAccess.Failed(AccessFailure.Denied, "Permission denied.");
        }
        catch (IOException e)
        {
            // On Unix the HResult of an IOException is the errno itself.
            return Failure(e.HResult);
        }
    }

    private static HostAccess Failure(int error) => error switch
    {
        NoEntry or NotFolder => HostAccess.Absent(),
        PermissionDenied => HostAccess.Failed(AccessFailure.Denied, "Permission denied."),
        NoSuchDeviceOrAddress or NoSuchDevice => HostAccess.Failed(AccessFailure.NoDevice, "The kernel answered that there is no such device or address."),
        InputOutput => HostAccess.Failed(AccessFailure.Refused, "The kernel answered with an input/output error."),
        Busy => HostAccess.Failed(AccessFailure.Busy, "The kernel answered that it is busy."),
        OperationNotPermitted => HostAccess.Failed(AccessFailure.Denied, "Operation not permitted."),
        _ => HostAccess.Failed(AccessFailure.Failed, $"It could not be read (error {error})."),
    };
}
