using System.CommandLine;
using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe explain</c>.</summary>
internal static class ExplainCommand
{
    private const string StandardInput = "-";
    private const int MostNamesOffered = 8;

    public static Command Create(ProbeEnvironment environment)
    {
        var status = new Argument<string>("STATUS")
        {
            Description = "The status in RAX: hexadecimal as the kernel log prints it, with or without 0x; decimal; or a name such as TDX_SYS_NOT_READY. "
                + "Or lines of a kernel log, as one argument, or - for those on standard input: each failed SEAMCALL in them is explained with its leaf and registers.",
        };
        var leaf = new Option<string?>("--leaf") { Description = "The SEAMCALL leaf that answered it: its name, or its number, decimal or with 0x.", HelpName = "LEAF" };
        var command = new Command("explain", "Explain a SEAMCALL status: its name, class, what it means and what to do.") { status, leaf };
        command.SetAction(parsed => Guarded.Run(environment, () =>
            environment.Output.Write(Answer(parsed.GetValue(status)!, parsed.GetValue(leaf), environment.Input))));
        return command;
    }

    private static string Answer(string asked, string? leaf, TextReader input)
    {
        if (asked != StandardInput && SeamcallStatus.TryParse(asked.Trim(), out ulong value))
        {
            return leaf is null ? Text(SeamcallStatus.Explain(value), null, "") : Text(SeamcallStatus.Explain(value, Leaf(leaf)), Leaf(leaf), "");
        }

        IReadOnlyList<string> lines = asked == StandardInput ? KernelLogFacts.TdxLines(input) : KernelLogFacts.TdxLines(asked);
        IReadOnlyList<FailedSeamcall> failed = KernelLogFacts.From(lines).FailedSeamcalls;
        if (failed.Count > 0)
        {
            return string.Join('\n', failed.Select(call => Text(call.Explain(), call.Leaf, Registers(call), Field(call))));
        }

        throw asked == StandardInput
            ? CommandException.Failed("Standard input holds no line of a failed SEAMCALL. Give the kernel's own lines, as dmesg prints them.")
            : CommandException.Usage($"'{asked}' is no SEAMCALL status{Offer(asked)}. Give hex digits, such as 0xc000050500000000, or a name, such as TDX_SYS_NOT_READY.");
    }

    private static string Offer(string asked)
    {
        string[] names = [.. SeamcallStatus.NamesWith(asked).Take(MostNamesOffered + 1)];
        return names.Length is 0 or > MostNamesOffered ? "" : $"; names that hold it are {string.Join(", ", names)}";
    }

    private static ulong Leaf(string text) =>
        SeamcallLeaf.TryFind(text, out ulong value) || Hex.TryParse(text.ToLowerInvariant(), out value) || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            ? value
            : throw CommandException.Usage($"--leaf '{text}' is no leaf. Give its name, such as TDH.SYS.RD, or its number, such as 34.");

    private static string Registers(FailedSeamcall call) =>
        string.Join(", ", call.Registers.Select(register => string.Create(CultureInfo.InvariantCulture, $"{register.Key} 0x{register.Value:x16}")));

    // The module leaves RDX as it was only where it refuses the whole call; else it holds no field any more.
    private static string Field(FailedSeamcall call) =>
        call.Leaf == SeamcallLeaf.SysRd && call.Registers.TryGetValue("RDX", out ulong id) && id != FieldId.Null ? MetadataText.NameOf(new FieldId(id)) : "";

    private static string Text(SeamcallStatus status, ulong? leaf, string registers, string field = "")
    {
        string[] lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"{status.Name}  0x{status.Value:x16}"),
            .. leaf is { } number ? [$"Leaf       {SeamcallLeaf.NameOf(number)}"] : Array.Empty<string>(),
            $"Class      {status.ClassName}",
            $"Kind       {Kind(status)}",
            .. status.Detail.Length == 0 ? Array.Empty<string>() : [$"Detail     {status.Detail}"],
            .. field.Length == 0 ? Array.Empty<string>() : [$"Field      {field}"],
            .. registers.Length == 0 ? Array.Empty<string>() : [$"Registers  {registers}"],
            $"Meaning    {status.Meaning}",
            $"Remedy     {status.Remedy}",
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string Kind(SeamcallStatus status) => !status.IsError ? "not an error"
        : status.IsRecoverable ? "error, recoverable: the call can be made again"
        : status.IsFatal ? "error, fatal: not recoverable, and what it happened to is lost"
        : "error, not recoverable by calling again";
}
