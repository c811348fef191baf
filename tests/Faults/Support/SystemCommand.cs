using System.Diagnostics;

namespace TdxDash.Faults.Support;

/// <summary>Commands of the system that need root.</summary>
internal static class SystemCommand
{
    /// <summary>Runs it; fails with what it printed.</summary>
    public static async Task RunAsync(params string[] commandLine)
    {
        Assert.True(Environment.IsPrivilegedProcess, $"This test needs root for '{string.Join(' ', commandLine)}'. Run it in a container or virtual machine as root, or: sudo ./test");
        (int code, string output) = await TryAsync(commandLine);
        Assert.True(code == 0, $"'{string.Join(' ', commandLine)}' ended with {code}: {output}");
    }

    /// <summary>Runs it.</summary>
    public static async Task<(int Code, string Output)> TryAsync(params string[] commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, await output + await errors);
    }
}

/// <summary>A small disk of its own.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    private string Junk => Path.Combine(Folder, "junk");

    /// <summary>Mounts one on a folder.</summary>
    public static async Task<SmallDisk> MountAsync(string folder, int mebibytes)
    {
        await SystemCommand.RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=700", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Lets nobody write to it any more. Nothing may be open on it for writing.</summary>
    public Task MakeReadOnlyAsync() => SystemCommand.RunAsync("mount", "-o", "remount,ro", Folder);

    /// <summary>Fills it to the last page.</summary>
    public void Fill()
    {
        byte[] page = new byte[4096];
        try
        {
            // Without a buffer of its own, which could not be written at the end either.
            using var junk = new FileStream(Junk, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            while (true)
            {
                junk.Write(page);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void Free() => File.Delete(Junk);

    public async ValueTask DisposeAsync() => await SystemCommand.RunAsync("umount", "--lazy", Folder);
}
