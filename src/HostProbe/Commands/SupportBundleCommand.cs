using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Service;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Support;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe support-bundle FILE</c>.</summary>
internal static class SupportBundleCommand
{
    private static readonly TerminalStyle Plain = new(100, IsColoured: false);

    public static Command Create(ProbeEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "The zip file to write; an existing one is not replaced." };
        var logs = new Option<string[]>("--log") { Description = "A log to take in, such as that of the service; - for standard input. May be given more than once.", HelpName = "FILE" };
        var redact = new Option<bool>("--redact") { Description = "Replace names, addresses, identities, secrets and unknown kernel parameters by pseudonyms.", HelpName = "true|false", DefaultValueFactory = _ => true };
        var state = new Option<string>("--state") { Description = "The service's state folder.", HelpName = "FOLDER", DefaultValueFactory = _ => ServiceOptions.DefaultState("tdxprobe") };
        var sources = new SourceOptions();
        var command = new Command("support-bundle", "Write what the probe knows of this host and itself to a zip file, for whoever helps.") { file, logs, redact, state };
        sources.AddTo(command);
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            var seenFiles = new RecordingHostFiles(files);
            var seenModule = new RecordingModuleSource(module);
            Snapshot snapshot = new HostSnapshotSource(seenFiles, seenModule, environment.Steps).Take();
            List<BundleFile> bundle = Gather(environment, snapshot, seenFiles, seenModule.Recorded, Path.GetFullPath(parsed.GetValue(state)!));
            AddLogs(environment, bundle, parsed.GetValue(logs) ?? []);
            Redactor? redactor = parsed.GetValue(redact) ? KnownNames(snapshot) : null;
            Write(environment, Path.GetFullPath(parsed.GetValue(file)!), bundle, redactor);
        }));
        return command;
    }

    private static List<BundleFile> Gather(ProbeEnvironment environment, Snapshot snapshot, RecordingHostFiles files, RecordedModule module, string state)
    {
        using var check = new StringWriter { NewLine = "\n" };
        CheckReport.Write(environment.View(snapshot), check, Plain, isShort: false);
        return
        [
            new("versions.json", "The versions of the probe, the runtime and the system", Versions()),
            new("sources.json", "Each source that was looked at, and what became of it", Sources(files)),
            new("sweep.json", "What became of the metadata sweep", Sweep(snapshot, module)),
            new("check.txt", "The readiness checks", check.ToString()),
            new("snapshot.json", "The snapshot, with the lines of the kernel log that speak of TDX", SnapshotCodec.WriteIndented(snapshot) + "\n"),
            new("journal.json", "Statistics of the journal, and how the service is doing", JournalStatistics.Write(state)),
        ];
    }

    private static void AddLogs(ProbeEnvironment environment, List<BundleFile> bundle, string[] logs)
    {
        for (int i = 0; i < logs.Length; i++)
        {
            try
            {
                bundle.Add(new BundleFile(string.Create(CultureInfo.InvariantCulture, $"log-{i + 1}.txt"), "A log that was given with --log", logs[i] == "-" ? environment.Input.ReadToEnd() : File.ReadAllText(logs[i])));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CommandException.Failed($"The log {logs[i]} cannot be read: {e.Message}");
            }
        }

        if (logs.Length == 0)
        {
            bundle.Add(new BundleFile("log.txt", "How to add the log", "The service writes its log to the journal and cannot read it back. Add it: journalctl -u tdxdash-probe -n 5000 | tdxprobe support-bundle FILE --log -\n"));
        }
    }

    private static Redactor KnownNames(Snapshot snapshot)
    {
        var redactor = new Redactor();
        redactor.Know(RedactedKind.HostName, Environment.MachineName);
        if (snapshot.Host.Name.TryGet(out string? name))
        {
            redactor.Know(RedactedKind.HostName, name);
        }

        return redactor;
    }

    private static string Versions() => BundleJson.Write(json =>
    {
        json.WriteString("probe", ProbeVersion.Text);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteBoolean("isRoot", Environment.IsPrivilegedProcess);
        json.WriteNumber("snapshotSchema", Snapshot.CurrentSchema);
    });

    private static string Sources(RecordingHostFiles files) => BundleJson.Write(json =>
    {
        foreach ((string path, HostAccess access) in files.Files.Concat(files.Folders))
        {
            json.WriteString(path, access.Error is { } error ? $"{error.Failure}: {error.Reason}"
                : access.Names is { } names ? string.Create(CultureInfo.InvariantCulture, $"{names.Count} names")
                : string.Create(CultureInfo.InvariantCulture, $"{access.Content!.Length} bytes"));
        }
    });

    private static string Sweep(Snapshot snapshot, RecordedModule module) => BundleJson.Write(json =>
    {
        Reading<IReadOnlyList<MetadataValue>> fields = snapshot.Module.Metadata;
        json.WriteString("answeredBy", snapshot.Module.Transport.Or("nobody"));
        json.WriteString("state", fields.State.ToString());
        json.WriteString("reason", fields.Reason);
        json.WriteString("remedy", fields.Remedy);
        json.WriteNumber("fields", fields.TryGet(out IReadOnlyList<MetadataValue>? known) ? known.Count : 0);
        json.WriteBoolean("acrossUpdate", snapshot.Module.TakenAcrossUpdate);
        json.WriteBoolean("emulated", module.Emulated);
        json.WriteStartArray("calls");
        foreach (IGrouping<(ulong Leaf, string Status), RecordedCall> calls in module.Calls.GroupBy(call => (call.Leaf, call.Error?.Reason ?? $"0x{call.Out.Rax:x16}")))
        {
            json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"leaf {calls.Key.Leaf}: {calls.Key.Status}, {calls.Count()} times"));
        }

        json.WriteEndArray();
    });

    private static void Write(ProbeEnvironment environment, string path, List<BundleFile> bundle, Redactor? redactor)
    {
        if (File.Exists(path))
        {
            throw CommandException.Failed($"The file {path} is there already and is not written over. Name another, or move it away.");
        }

        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            IReadOnlyDictionary<RedactedKind, int> replaced;
            using (var stream = new FileStream(path, options))
            {
                replaced = SupportBundle.Write(stream, $"tdxprobe {ProbeVersion.Text}", environment.Time.GetUtcNow(), bundle, redactor);
            }

            string what = redactor is null ? "Nothing was taken out of it: it holds the host's name and the kernel command line."
                : string.Create(CultureInfo.InvariantCulture, $"{replaced.Values.Sum()} names, addresses and secrets were replaced.");
            environment.Output.WriteLine($"{path}: {bundle.Count + 1} files. {what} Look through it before you share it; {SupportBundle.ManifestName} lists what it holds.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The file {path} cannot be written: {e.Message} Choose a path in a folder that you may write to.");
        }
    }
}
