using System.CommandLine;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe diff</c>.</summary>
internal static class DiffCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var before = new Argument<string>("BEFORE") { Description = "A snapshot as show --json prints it." };
        var after = new Argument<string>("AFTER") { Description = "Another one, of the same host or of another." };
        var command = new Command("diff", "Show what differs between two snapshots, one line an entry: + added, - removed, ~ changed.") { before, after };
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            var diff = SnapshotDiff.Between(Read(parsed.GetValue(before)!), Read(parsed.GetValue(after)!));
            environment.Output.Write(diff.IsEmpty ? "The snapshots are equal.\n" : DiffText.Of(diff));
        }));
        return command;
    }

    private static Snapshot Read(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > SnapshotCodec.MaxBytes)
            {
                throw CommandException.Failed($"The file {path} has {length} bytes; a snapshot has at most {SnapshotCodec.MaxBytes}. Give a file that tdxprobe show --json wrote.");
            }

            SnapshotParse parse = SnapshotCodec.Parse(File.ReadAllBytes(path));
            return parse.Snapshot ?? throw CommandException.Failed($"{path}: {parse.Error}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {path} cannot be read: {e.Message} Give a file that tdxprobe show --json wrote.");
        }
    }
}
