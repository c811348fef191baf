using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe plan SPEC</c>.</summary>
internal static class PlanCommand
{
    private const int BlockBytes = 64 << 10;

    public static Command Create(ProbeEnvironment environment)
    {
        var spec = new Argument<string>("SPEC")
        {
            Description = "The machine, such as '2 sockets x 1 TiB, hole 2G-4G, cxl 512G@node2, tds 30 x 32 GiB'; or the path of a file, or - for standard input, with such a plan, "
                + "or with a kernel log, a system-report, a copy of /proc/iomem or of memblock's list, what 'tdxprobe show --json' prints, or (a file only) what 'tdxprobe capture' wrote.",
        };
        var module = new Option<string?>("--module") { Description = $"Plan with another TDX module: {string.Join(", ", PlanModules.All.Select(known => known.Name))}.", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "Print all results as JSON." };
        var command = new Command("plan", "Work out what TDX would cost on a machine that need not exist, whether it would initialise, and which limit comes first. Exit code 0 when it would initialise, 1 when it would not.") { spec, module, json };
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            PlanModule? chosen = parsed.GetValue(module) is { } name
                ? PlanModules.Find(name) ?? throw CommandException.Usage($"--module '{name}': there is no such module. Use one of: {string.Join(", ", PlanModules.All.Select(known => known.Name))}.")
                : null;
            (PlanMachine machine, PlanSpec plan) = Machine(parsed.GetValue(spec)!, chosen, environment);
            PlanResult result = Planner.Calculate(machine);
            var headroom = Headroom.Of(machine);
            environment.Output.Write(parsed.GetValue(json) ? PlanJson.Write(plan, result, headroom) + "\n" : Text(environment, result, headroom));
            return result.Verdict.Initializes ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static (PlanMachine Machine, PlanSpec Spec) Machine(string given, PlanModule? module, ProbeEnvironment environment)
    {
        if (given != ImportFile.StandardInput && !File.Exists(given))
        {
            return OfText(PlanText.Parse(given), module, given.Contains(' ', StringComparison.Ordinal) ? "" : " There is no file of that name either.");
        }

        string name = given == ImportFile.StandardInput ? "Standard input" : given;
        PlanSource source = Read(given, environment);
        if (source.IsDump && given != ImportFile.StandardInput)
        {
            HostDump dump = SourceOptions.ReadDump(given);
            source = PlanSource.Of(new HostSnapshotSource(dump.ToFiles(), new RecordedModuleSource(dump.Module), environment.Steps).Take());
        }

        if (source.IsWritten)
        {
            return OfText(new PlanParse(source.Spec, source.Machine, source.Problems), module, "");
        }

        PlanMachine machine = source.Machine ?? throw CommandException.Failed($"{name}: {source.Refusal}");
        Reading<PlanMachine> planned = new FleetChange { Module = module }.Apply(machine);
        return planned.TryGet(out PlanMachine? changed) ? (changed, PlanImports.ToSpec(changed)) : throw CommandException.Failed($"{name}: {planned.Reason} {OthersFor(machine)}");
    }

    private static string OthersFor(PlanMachine machine)
    {
        string[] others = [.. PlanModules.All.Where(other => other.Families.Contains(machine.Family)).Select(other => other.Name)];
        return others.Length == 0 ? "No module that plans know is for it: leave --module out." : $"Use one of: {string.Join(", ", others)}.";
    }

    private static PlanSource Read(string given, ProbeEnvironment environment)
    {
        try
        {
            using Stream stream = given == ImportFile.StandardInput ? environment.InputBytes : new FileStream(given, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            var reader = new PlanSourceReader();
            byte[] block = new byte[BlockBytes];
            for (int length = stream.Read(block); length > 0 && reader.WantsMore; length = stream.Read(block))
            {
                reader.Feed(block.AsSpan(0, length));
            }

            return reader.Finish();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {given} cannot be read: {e.Message} Give a plan, the path of a plan, log, report or capture, or - for standard input.");
        }
    }

    private static (PlanMachine Machine, PlanSpec Spec) OfText(PlanParse parse, PlanModule? module, string more)
    {
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
