using System.CommandLine;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;

namespace TdxDash.HostProbe.Commands;

/// <summary>The options that choose which host is looked at, and through which module.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string> _root = new("--root") { Description = "Folder that stands for / (for containers with the host's /proc and /sys mounted below it).", HelpName = "FOLDER", DefaultValueFactory = _ => "/" };
    private readonly Option<string?> _replay = new("--replay") { Description = "Show a host from a file made by 'tdxprobe capture' instead of this machine.", HelpName = "FILE" };
    private readonly Option<string?> _demo = new("--demo") { Description = "Show a made-up demo machine instead of this one ('tdxprobe demo --list' names them).", HelpName = "NAME" };
    private readonly Option<string> _module = new("--module") { Description = "TDX module to ask: auto (the device; with --trial the emulated module where there is none), device, emulated or none.", HelpName = "auto|device|emulated|none", DefaultValueFactory = _ => "auto" };
    private readonly Option<string> _profile = new("--profile") { Description = "Profile of the emulated module: the name of a shipped one, or the path of a file (with a slash).", HelpName = "NAME|PATH", DefaultValueFactory = _ => ModuleProfile.Default };
    private readonly Option<bool> _trial = new("--trial") { Description = "This is a trial: 'auto' may fall back to the emulated module, and a kernel module that emulates is accepted, both labelled so." };

    public SourceOptions() => _module.AcceptOnlyFromAmong("auto", "device", "emulated", "none");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _root, _replay, _demo, _module, _profile, _trial })
        {
            command.Add(option);
        }
    }

    /// <summary>Whether any of them was given.</summary>
    public bool AreGiven(ParseResult parsed) => new Option[] { _root, _replay, _demo, _module, _profile, _trial }.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>The host and the module that were asked for.</summary>
    /// <exception cref="CommandException">The options contradict each other, or a file, profile or demo machine cannot be had.</exception>
    public (HostFiles Files, IModuleSource Module) Resolve(ParseResult parsed, ProbeEnvironment environment)
    {
        string? replay = parsed.GetValue(_replay), demo = parsed.GetValue(_demo);
        Option[] others = [_root, _module, _profile, _trial];
        if ((replay is not null && demo is not null) || ((replay ?? demo) is not null && others.Any(option => parsed.GetResult(option) is { Implicit: false })))
        {
            throw CommandException.Usage("--replay and --demo bring host and module with them: use one of them, without --root, --module, --profile and --trial.");
        }

        if (replay is not null)
        {
            HostDump dump = ReadDump(replay);
            return (dump.ToFiles(), new RecordedModuleSource(dump.Module));
        }

        if (demo is not null)
        {
            DemoMachine machine = DemoMachines.Find(demo)
                ?? throw CommandException.Usage($"There is no demo machine '{demo}'. Use one of: {string.Join(", ", DemoMachines.All.Select(known => known.Name))}.");
            return (machine.Files(environment.Steps), machine.Module(environment.Doors, environment.ProfileFolder));
        }

        return (Live(parsed.GetValue(_root)!), Choose(parsed, environment));
    }

    private static LiveHostFiles Live(string root) => Directory.Exists(root)
        ? new LiveHostFiles(Path.GetFullPath(root))
        : throw CommandException.Usage($"--root '{root}' is no folder. Give the folder below which the host's proc and sys are mounted.");

    private ModuleChoice Choose(ParseResult parsed, ProbeEnvironment environment)
    {
        string name = parsed.GetValue(_profile)!;
        ModuleKind kind = Enum.Parse<ModuleKind>(parsed.GetValue(_module)!, ignoreCase: true);
        bool trial = parsed.GetValue(_trial);
        bool mayEmulate = kind == ModuleKind.Emulated || (kind == ModuleKind.Auto && trial);
        bool named = parsed.GetResult(_profile) is { Implicit: false };
        ModuleProfile? profile = ModuleProfile.Find(name, environment.ProfileFolder);
        if (profile is null && (named || kind == ModuleKind.Emulated))
        {
            throw CommandException.Usage(ModuleProfile.Unknown(name, environment.ProfileFolder));
        }

        return named && !mayEmulate
            ? throw CommandException.Usage($"--profile '{name}' is only for the emulated module. Add --module emulated, or --trial with --module auto.")
            : new ModuleChoice(kind, profile ?? new ModuleProfile(name, Path.Combine(environment.ProfileFolder, name)), trial, environment.Doors);
    }

    /// <summary>Reads what <c>tdxprobe capture</c> wrote.</summary>
    /// <exception cref="CommandException">The file cannot be read, or is no dump.</exception>
    public static HostDump ReadDump(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > DumpCodec.MaxBytes)
            {
                throw CommandException.Failed($"The dump {path} has {length} bytes; at most {DumpCodec.MaxBytes} are accepted. Check that it was made by 'tdxprobe capture'.");
            }

            DumpParse parse = DumpCodec.Parse(File.ReadAllBytes(path));
            return parse.Dump ?? throw CommandException.Failed($"{path}: {parse.Error}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The dump {path} cannot be read: {e.Message} Give the path of a file made by 'tdxprobe capture'.");
        }
    }
}
