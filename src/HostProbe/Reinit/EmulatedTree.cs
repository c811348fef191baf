using System.Globalization;
using System.Net.Sockets;
using System.Text;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>A folder with the files that a kernel shows, in which an emulated module lives: the same readers watch it as watch a host. It
/// bears a mark, by which all that is read below it is labelled as emulated.</summary>
internal sealed class EmulatedTree
{
    /// <summary>Marks a tree as emulated.</summary>
    public const string Marker = "/tdxdash-emulated";

    /// <summary>What an emulated module shows of itself and no kernel does, one line for each step.</summary>
    public const string Progress = Marker + "/progress";

    private static readonly string[] SystemFolders = ["/sys", "/proc", "/dev", "/boot", "/etc", "/usr", "/bin", "/sbin", "/lib"];

    private const string ModuleFile = Marker + "/module";
    private const string Down = "down";

    private readonly string _root;
    private readonly long _startedAt;
    private readonly TimeProvider _time;
    private ulong _record;

    private EmulatedTree(string root, TimeProvider time)
    {
        _root = root;
        _time = time;
        _startedAt = time.GetTimestamp();
    }

    /// <summary>The folder.</summary>
    public string Root => _root;

    /// <summary>The profile of the module that runs; null where none was started, or it is down.</summary>
    public string? Module => File.Exists(_root + ModuleFile) && File.ReadAllText(_root + ModuleFile).Trim() is { Length: > 0 } name && name != Down ? name : null;

    /// <summary>Whether the module was lost.</summary>
    public bool IsDown => File.Exists(_root + ModuleFile) && File.ReadAllText(_root + ModuleFile).Trim() == Down;

    /// <summary>Makes a tree, or takes up one that was made before; an update that was cut off there has failed.</summary>
    /// <param name="folder">Absent, empty, or such a tree: anything else may be a real host's, and is refused.</param>
    /// <param name="machine">The files of a machine, written where they are not there yet.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CommandException">The folder is refused, or cannot be made.</exception>
    public static EmulatedTree Open(string folder, DemoTree machine, TimeProvider time)
    {
        string full = Path.GetFullPath(folder);
        try
        {
            string real = Directory.Exists(full) ? new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full : full;
            bool isTree = Directory.Exists(real + Marker);
            if (IsSystem(real) || (!isTree && Directory.Exists(real) && Directory.EnumerateFileSystemEntries(real).Any()))
            {
                throw CommandException.Usage($"The folder {folder} is refused: it is a real system's, or holds something else than an emulated tree. Give a new folder; nothing is written to a real host's files.");
            }

            Directory.CreateDirectory(real + Marker);
            var tree = new EmulatedTree(real, time);
            tree.WriteMissing(machine);

            // Records go on from those that the machine was made with: a reader takes a lower number for one that it has seen.
            string log = real + HostFiles.KernelLog;
            tree._record = File.Exists(log) ? (ulong)File.ReadLines(log).Count() : 0;
            tree.EndCutOff();
            return tree;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The folder {folder} cannot be used: {e.Message} Give another one.");
        }
    }

    /// <summary>Writes a file whole, so that no reader sees half of it.</summary>
    public void Write(string path, string text)
    {
        string full = _root + path, part = full + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(part, text);
        File.Move(part, full, overwrite: true);
    }

    /// <summary>Takes a file away; nothing happens where it is absent.</summary>
    public void Remove(string path)
    {
        if (File.Exists(_root + path))
        {
            File.Delete(_root + path);
        }
    }

    /// <summary>Makes a file answer ENXIO, as the kernel's do when the module was lost: opening a socket's file does.</summary>
    public void Lose(string path)
    {
        string full = _root + path, near = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), part = Path.Combine(near, "s");
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);

        // The path of a socket has at most 107 bytes.
        Directory.CreateSymbolicLink(near, Path.GetDirectoryName(full)!);
        try
        {
            using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                File.Delete(part);
                socket.Bind(new UnixDomainSocketEndPoint(part));
                File.Move(part, full, overwrite: true);
            }
        }
        finally
        {
            Directory.Delete(near);
        }
    }

    /// <summary>Adds a record to the kernel log.</summary>
    public void Log(string line)
    {
        long microseconds = (long)_time.GetElapsedTime(_startedAt).TotalMicroseconds;
        Append(HostFiles.KernelLog, string.Create(CultureInfo.InvariantCulture, $"6,{_record++},{microseconds},-;{line}\n"));
    }

    /// <summary>Adds a step to what the emulated module shows.</summary>
    public void Show(EmulatedStep step, long done, long total, bool failed = false) =>
        Append(Progress, string.Create(CultureInfo.InvariantCulture, $"{step} {done} {total}{(failed ? " failed" : "")}\n"));

    /// <summary>Remembers which module runs; null for one that was lost.</summary>
    public void Remember(string? profile) => Write(ModuleFile, (profile ?? Down) + "\n");

    /// <summary>Reads a step; null where the line is none.</summary>
    public static EmulatedProgress? Parse(string line)
    {
        string[] words = line.Split(' ');
        return words.Length is 3 or 4 && Enum.TryParse(words[0], out EmulatedStep step) && Enum.IsDefined(step)
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long done)
            && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long total) && done <= total
            ? new EmulatedProgress(step, done, total, words.Length == 4 && words[3] == "failed") : null;
    }

    // What was performed ended with the process that performed it: nobody goes on with it.
    private void EndCutOff()
    {
        const string idle = "idle";
        string status = Line(EmulatedReinit.Node + "/status"), loading = Line(EmulatedReinit.Node + "/loading");
        if (status.Length == 0 || (status == idle && loading != "1"))
        {
            return;
        }

        Write(EmulatedReinit.Node + "/loading", "0\n");
        Write(EmulatedReinit.Node + "/error", $"{(status == idle ? "receiving" : status)}:user-abort\n");
        Write(EmulatedReinit.Node + "/status", idle + "\n");
    }

    private string Line(string path) => File.Exists(_root + path) ? File.ReadAllText(_root + path).Trim() : "";

    private static bool IsSystem(string path) => path == "/"
        || SystemFolders.Any(known => path == known || path.StartsWith(known + "/", StringComparison.Ordinal));

    private void Append(string path, string text)
    {
        using var stream = new FileStream(_root + path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private void WriteMissing(DemoTree machine)
    {
        Append(Progress, "");
        foreach ((string path, HostAccess access) in machine.Files)
        {
            string full = _root + path;
            if (access.Content is { } content && !File.Exists(full))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                File.WriteAllBytes(full, content);
            }
        }

        foreach (string path in machine.Folders.SelectMany(folder => folder.Value.Names!.Select(name => $"{_root}{folder.Key}/{name}")).Where(path => !Path.Exists(path)))
        {
            Directory.CreateDirectory(path);
        }

        Directory.CreateDirectory(_root + "/dev");
        if (!File.Exists(_root + HostFiles.KernelLog))
        {
            Log("Linux version 7.2.1 (emulated machine)");
        }
    }
}
