using System.CommandLine;
using System.Text;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe plan SPEC</c>.</summary>
internal static class PlanCommand
{
    private const int BlockBytes = 64 << 10;

    // The longest plan in bytes of UTF-8; what is longer can only be a log.
    private const int MostPlanBytes = 3 * PlanText.MaxLength;

    public static Command Create(ProbeEnvironment environment)
    {
        var spec = new Argument<string>("SPEC")
        {
            Description = "The machine, such as '2 sockets x 1 TiB, hole 2G-4G, cxl 512G@node2, tds 30 x 32 GiB'; or the path of a file, or - for standard input, with such a plan, "
                + "or with a kernel log, a system-report or a copy of /proc/iomem or of memblock's list.",
        };
        var module = new Option<string?>("--module") { Description = $"Plan with another TDX module: {string.Join(", ", PlanModules.All.Select(known => known.Name))}.", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "Print all results as JSON." };
        var command = new Command("plan", "Work out what TDX would cost on a machine that need not exist, whether it would initialise, and which limit comes first. Exit code 0 when it would initialise, 1 when it would not.") { spec, module, json };
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            PlanModule? chosen = parsed.GetValue(module) is { } name
                ? PlanModules.Find(name) ?? throw CommandException.Usage($"--module '{name}': there is no such module. Use one of: {string.Join(", ", PlanModules.All.Select(known => known.Name))}.")
                : null;
            (PlanMachine machine, PlanSpec plan) = Machine(parsed.GetValue(spec)!, chosen, environment.Input);
            PlanResult result = Planner.Calculate(machine);
            var headroom = Headroom.Of(machine);
            environment.Output.Write(parsed.GetValue(json) ? PlanJson.Write(plan, result, headroom) + "\n" : Text(environment, result, headroom));
            return result.Verdict.Initializes ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static (PlanMachine Machine, PlanSpec Spec) Machine(string given, PlanModule? module, TextReader input)
    {
        if (given == ImportFile.StandardInput)
        {
            return Understood("Standard input", module, take =>
            {
                char[] block = new char[BlockBytes];
                for (int length = input.Read(block); length > 0 && take(Encoding.UTF8.GetBytes(block, 0, length)); length = input.Read(block))
                {
                }
            });
        }

        return File.Exists(given) ? Understood(given, module, take => ReadFile(given, take)) : OfText(given, module, given.Contains(' ', StringComparison.Ordinal) ? "" : " There is no file of that name either.");
    }

    private static void ReadFile(string path, Func<ReadOnlyMemory<byte>, bool> take)
    {
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            byte[] block = new byte[BlockBytes];
            for (int length = stream.Read(block); length > 0 && take(block.AsMemory(0, length)); length = stream.Read(block))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {path} cannot be read: {e.Message} Give a plan, the path of a plan, log or report, or - for standard input.");
        }
    }

    // A file is a plan where it reads as one, else a log; of one that is neither, the log's refusal is told unless it begins as a plan does.
    private static (PlanMachine Machine, PlanSpec Spec) Understood(string source, PlanModule? module, Action<Func<ReadOnlyMemory<byte>, bool>> read)
    {
        var log = new ImportReader();
        using var first = new MemoryStream();
        read(bytes =>
        {
            log.Feed(bytes.Span);
            if (first.Length <= MostPlanBytes)
            {
                first.Write(bytes.Span);
            }

            // What is neither is not read to its end, which it may not have.
            return !log.IsRefused || first.Length <= MostPlanBytes;
        });
        string text = Encoding.UTF8.GetString(first.ToArray());
        if (first.Length <= MostPlanBytes && PlanText.Parse(text) is { Spec: not null })
        {
            return OfText(text, module, "");
        }

        ImportResult result = log.Finish();
        return result.Snapshot is { } snapshot ? OfSnapshot(snapshot, module, source)
            : first.Length <= MostPlanBytes && char.IsAsciiLetterOrDigit(text.AsSpan().TrimStart() is [char begin, ..] ? begin : ' ') && !log.IsRefused ? OfText(text, module, "")
            : throw CommandException.Failed($"{source}: {result.Refusal}");
    }

    private static (PlanMachine Machine, PlanSpec Spec) OfSnapshot(Snapshot snapshot, PlanModule? module, string source)
    {
        Reading<PlanMachine> machine = PlanMachine.From(snapshot);
        if (!machine.TryGet(out PlanMachine? known))
        {
            throw CommandException.Failed($"{source}: there is no memory to plan with: {machine.Reason} {machine.Remedy}");
        }

        PlanMachine changed = module is null ? known : new FleetChange { Module = module }.Apply(known);
        return (changed, PlanImports.ToSpec(changed));
    }

    private static (PlanMachine Machine, PlanSpec Spec) OfText(string text, PlanModule? module, string more)
    {
        PlanParse parse = PlanText.Parse(text);
        PlanSpec spec = parse.Spec ?? throw CommandException.Usage(string.Join(" ", parse.Problems.Take(3).Select(problem => problem.ToString())) + more);
        PlanSpec changed = module is null ? spec : spec with { Module = module.Name };
        return (module is null ? parse.Machine! : PlanMachine.From(changed), changed);
    }

    private static string Text(ProbeEnvironment environment, PlanResult result, Headroom headroom)
    {
        using var text = new StringWriter { NewLine = "\n" };
        PlanReport.Write(new ReportPage(text, environment.Style), result, headroom);
        return text.ToString();
    }
}
