using System.CommandLine;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe capture FILE</c>.</summary>
internal static class CaptureCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "The file to write; an existing one is replaced." };
        var sources = new SourceOptions();
        var command = new Command("capture", "Write everything that was read of this host to one file, so that another machine can show it with --replay.") { file };
        sources.AddTo(command);
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            HostDump dump = HostDump.Capture(files, module, environment.Steps);
            byte[] bytes = DumpCodec.Write(dump);
            string path = parsed.GetValue(file)!;
            Write(path, bytes);
            int unread = dump.Files.Values.Concat(dump.Folders.Values).Count(access => access.Error is not null);
            environment.Output.WriteLine(
                $"Captured {dump.Files.Count + dump.Folders.Count} sources ({unread} of them unreadable or absent) and {dump.Module.Calls.Count} SEAMCALLs in {path}, {new ByteSize((ulong)bytes.Length)}.");
            environment.Output.WriteLine("It holds the kernel log, the kernel command line and the host name: look through it before you share it.");
        }));
        return command;
    }

    // Written beside and moved, so that a failure leaves no half of a file; for the owner alone, as the kernel log is.
    private static void Write(string path, byte[] bytes)
    {
        string partial = path + ".partial";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var stream = new FileStream(partial, options))
            {
                stream.Write(bytes);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {path} cannot be written: {e.Message} Choose a path in a folder that you may write to.");
        }
    }
}
