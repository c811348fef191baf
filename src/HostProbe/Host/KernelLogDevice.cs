using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Host;

/// <summary>Reads <c>/dev/kmsg</c> to its present end. The framework opens no file non-blocking, and a blocking read would wait for
/// the next message of the kernel; hence libc itself.</summary>
internal static partial class KernelLogDevice
{
    private const int ToEnd = 2;
    private const int ReadOnlyNonBlockingCloseOnExec = 0x0 | 0x800 | 0x80000;

    // The kernel refuses a record with EINVAL when the buffer is too small for it; its own limit is 2 KiB with its dictionary.
    internal const int RecordBytes = 16 << 10;
    private const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, TryAgain = 11, AccessDenied = 13, NotFolder = 20, BrokenPipe = 32;

    /// <summary>Reads every record that is there now; also a copy in a plain file.</summary>
    public static HostAccess Read(string path)
    {
        int descriptor = Open(path, ReadOnlyNonBlockingCloseOnExec);
        if (descriptor < 0)
        {
            return Failure(Marshal.GetLastPInvokeError());
        }

        try
        {
            return ReadAll(descriptor);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Opens it behind its last record, to read on from there; also a copy in a plain file.</summary>
    /// <returns>The descriptor, or null where it cannot be opened.</returns>
    public static int? OpenAtEnd(string path)
    {
        int descriptor = Open(path, ReadOnlyNonBlockingCloseOnExec);
        if (descriptor < 0)
        {
            return null;
        }

        _ = Seek(descriptor, 0, ToEnd);
        return descriptor;
    }

    /// <summary>Reads one record, or some bytes of a plain file; never waits.</summary>
    /// <param name="descriptor">From <see cref="OpenAtEnd"/>.</param>
    /// <param name="record">Takes the bytes; has <see cref="RecordBytes"/>.</param>
    /// <param name="overrun">Set where the kernel overwrote records before they were read; it then gives the oldest one left.</param>
    /// <returns>How many bytes; 0 where there is nothing new; null where the descriptor is of no more use.</returns>
    public static int? ReadNext(int descriptor, byte[] record, ref bool overrun)
    {
        while (true)
        {
            nint read = ReadRecord(descriptor, record, record.Length);
            int error = read < 0 ? Marshal.GetLastPInvokeError() : 0;
            overrun |= error == BrokenPipe;
            if (error is not (BrokenPipe or Interrupted))
            {
                return error == 0 ? (int)read : error == TryAgain ? 0 : null;
            }
        }
    }

    private static HostAccess ReadAll(int descriptor)
    {
        var log = new MemoryStream();
        byte[] record = new byte[RecordBytes];
        while (true)
        {
            nint read = ReadRecord(descriptor, record, record.Length);
            int error = read < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (read == 0 || error == TryAgain)
            {
                return HostAccess.File(log.ToArray());
            }

            // A record that was overwritten while reading gives EPIPE; the next read goes on with the oldest one left.
            if (error is BrokenPipe or Interrupted)
            {
                continue;
            }

            if (error != 0)
            {
                return Failure(error);
            }

            if (log.Length + read > HostFiles.MaxFileBytes)
            {
                return HostAccess.Failed(AccessFailure.TooLarge, $"It has more than {HostFiles.MaxFileBytes} bytes.");
            }

            log.Write(record, 0, (int)read);
        }
    }

    private static HostAccess Failure(int error) => error switch
    {
        NoEntry or NotFolder => HostAccess.Absent(),
        NotPermitted or AccessDenied => HostAccess.Failed(AccessFailure.Denied, "Permission denied (kernel.dmesg_restrict is on)."),
        _ => HostAccess.Failed(AccessFailure.Failed, $"It could not be read (error {error})."),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadRecord(int descriptor, [Out] byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);
}
