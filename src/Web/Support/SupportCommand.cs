using System.Data.Common;
using System.Globalization;
using TdxDash.Tdx.Support;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;

namespace TdxDash.Web.Support;

/// <summary><c>TdxDash.Web support-bundle FILE</c>: what the dashboard knows of itself, for whoever helps. It reads, and works beside a dashboard that runs.</summary>
internal static class SupportCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "support-bundle";

    /// <summary>Runs it.</summary>
    /// <param name="args">What follows the name.</param>
    /// <param name="read">Reads the program's settings.</param>
    /// <param name="input">Standard input, for <c>--log -</c>.</param>
    /// <param name="output">Where the result goes.</param>
    /// <exception cref="StartRefusedException">It cannot be made; the message says why and what to do.</exception>
    public static async Task RunAsync(string[] args, Func<string[], IConfiguration> read, TextReader input, TextWriter output)
    {
        SupportArguments arguments = SupportArguments.Read(args, out string? problem) ?? throw new StartRefusedException(problem!);
        IConfiguration configuration = read([.. arguments.Rest]);
        StoreEngine store = StoreEngines.Of(DashboardOptions.Read(configuration), isDashboard: false);
        string file = Path.GetFullPath(arguments.File);
        if (File.Exists(file))
        {
            throw new StartRefusedException($"The file {file} is there already and is not written over. Name another, or move it away.");
        }

        try
        {
            List<BundleFile> files = await GatherAsync(store, configuration, arguments.Logs, input);
            Redactor? redactor = arguments.Redact ? new Redactor() : null;
            if (redactor is not null)
            {
                KnownNames.Tell(redactor, store, configuration);
            }

            await output.WriteLineAsync(Write(file, files, redactor));
        }
        catch (DbException e)
        {
            // Without the names nothing could be made unreadable that holds them.
            throw new StartRefusedException($"The support bundle {file} was not made: the names of hosts and people, which it replaces, cannot be read from the database: {e.Message} Give --redact false where the reader may see them.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The support bundle {file} was not made: {e.Message} Check that its folder is there and may be written, and that log files can be read.", e);
        }
    }

    private static async Task<List<BundleFile>> GatherAsync(StoreEngine store, IConfiguration configuration, IReadOnlyList<string> logs, TextReader input)
    {
        List<BundleFile> files =
        [
            new("versions.json", "The versions of the dashboard, the runtime and the system", SupportVersions.Write()),
            new("settings.json", "The settings that differ from none; values that may be secret are only said to be set", SupportSettings.Write(configuration)),
        ];
        files.AddRange(store.IsThere
            ? await StoreParts.GatherAsync(store)
            : [new BundleFile("store.txt", "Why there is nothing of the database", $"There is no database {store.Name}.\n")]);
        for (int i = 0; i < logs.Count; i++)
        {
            string text = logs[i] == "-" ? await input.ReadToEndAsync() : await File.ReadAllTextAsync(logs[i]);
            files.Add(new BundleFile(string.Create(CultureInfo.InvariantCulture, $"log-{i + 1}.txt"), "A log that was given with --log", text));
        }

        if (logs.Count == 0)
        {
            files.Add(new BundleFile("log.txt", "How to add the log", "The dashboard writes its log to the console or the journal and cannot read it back. Add it: journalctl -u tdxdash-dashboard -n 5000 | TdxDash.Web support-bundle FILE --log -\n"));
        }

        return files;
    }

    private static string Write(string file, List<BundleFile> files, Redactor? redactor)
    {
        string unfinished = file + ".unfinished";
        try
        {
            File.Delete(unfinished);
            PrivateFile.Create(unfinished);
            IReadOnlyDictionary<RedactedKind, int> replaced;
            using (FileStream stream = File.OpenWrite(unfinished))
            {
                replaced = SupportBundle.Write(stream, $"TdxDash.Web {SupportVersions.Product}", DateTimeOffset.UtcNow, files, redactor);
            }

            File.Move(unfinished, file);
            string what = redactor is null
                ? "Nothing was taken out of it: it holds host names, addresses and more."
                : string.Create(CultureInfo.InvariantCulture, $"{replaced.Values.Sum()} names, addresses and secrets were replaced.");
            return $"{file}: {files.Count + 1} files. {what} Look through it before you share it; {SupportBundle.ManifestName} lists what it holds.";
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
