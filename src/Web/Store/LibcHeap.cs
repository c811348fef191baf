using System.Runtime.InteropServices;

namespace TdxDash.Web.Store;

/// <summary>The heap of the C library, of which SQLite, OpenSSL and the compiler of the runtime take their memory.</summary>
internal static class LibcHeap
{
    /// <summary>Gives the system what was freed: malloc_trim(3). Else it stays with the process wherever something above it is in use. Other libraries than glibc have no such call, and need none.</summary>
    public static void Trim()
    {
        try
        {
            _ = TrimAbove(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimAbove(nuint pad);
}
