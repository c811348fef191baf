using System.CommandLine;
using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var status = new Argument<string>("STATUS") { Description = "The status in RAX as the kernel log prints it: 0x and up to 16 hex digits." };
        var leaf = new Option<string?>("--leaf") { Description = "The SEAMCALL leaf that answered it: a number, decimal or with 0x.", HelpName = "NUMBER" };
        var command = new Command("explain", "Explain a SEAMCALL status: its name, class, what it means and what to do.") { status, leaf };
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            ulong value = Status(parsed.GetValue(status)!);
            environment.Output.Write(parsed.GetValue(leaf) is { } number ? Text(SeamcallStatus.Explain(value, Leaf(number)), number) : Text(SeamcallStatus.Explain(value), null));
        }));
        return command;
    }

    private static ulong Status(string text) => Hex.TryParse(text.ToLowerInvariant(), out ulong value)
        ? value
        : throw CommandException.Usage($"'{text}' is no SEAMCALL status. Give 0x and up to 16 hex digits, such as 0xc000050500000000.");

    private static ulong Leaf(string text) =>
        Hex.TryParse(text.ToLowerInvariant(), out ulong value) || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? value
            : throw CommandException.Usage($"--leaf '{text}' is no leaf number. Give it decimal or with 0x, such as 34.");

    private static string Text(SeamcallStatus status, string? leaf)
    {
        string[] lines =
        [
            $"{status.Name}  {status.Value.ToString("x16", CultureInfo.InvariantCulture).Insert(0, "0x")}",
            .. leaf is null ? [] : new[] { $"Leaf     {SeamcallLeaf.NameOf(Leaf(leaf))}" },
            $"Class    {status.ClassName}",
            $"Kind     {Kind(status)}",
            .. status.Detail.Length == 0 ? [] : new[] { $"Detail   {status.Detail}" },
            $"Meaning  {status.Meaning}",
            $"Remedy   {status.Remedy}",
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string Kind(SeamcallStatus status) => !status.IsError ? "not an error" : status.IsRecoverable ? "error, recoverable: the call can be made again" : "error, not recoverable by calling again";
}
