using TdxDash.Tdx.Memory;
using TdxDash.Web.Live;
using TdxDash.Web.Options;

namespace TdxDash.Web.Store.Care;

/// <summary>What can be done with the store from the command line, also while the dashboard runs.</summary>
internal static class StoreCommand
{
    /// <summary>Whether the command line names a command rather than only keys.</summary>
    public static bool IsNamed(string[] args) => args is [[not '-', ..], ..];

    /// <summary>Runs a command.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go.</param>
    /// <exception cref="StartRefusedException">The command is unknown or cannot be carried out; the message says why and what to do.</exception>
    public static void Run(string[] args, TextWriter output)
    {
        int keys = args is ["backup", [not '-', ..], ..] ? 2 : 1;
        DashboardOptions options = Read(args[keys..]);
        var path = new StorePath(options.DataFolder);
        switch (args[0], keys)
        {
            case ("backup", 2):
                (long hosts, long snapshots, long bytes) = StoreBackup.Write(path, Path.GetFullPath(args[1]));
                output.WriteLine($"{args[1]}: {hosts} hosts, {snapshots} snapshots, {new ByteSize((ulong)bytes)}; checked. "
                    + "To go back to it, stop the dashboard, move tdxdash.db and its -wal and -shm files away, and copy it to tdxdash.db.");
                break;
            case ("backup", _):
                throw new StartRefusedException("backup needs a file: TdxDash.Web backup FILE.");
            case ("retention", _):
                output.WriteLine(Describe(path, options.Retention));
                break;
            default:
                throw new StartRefusedException($"There is no command '{args[0]}'. The commands are backup FILE and retention; --help says more.");
        }
    }

    private static DashboardOptions Read(string[] keys)
    {
        try
        {
            return DashboardOptions.Read(new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(keys).Build());
        }
        catch (FormatException e)
        {
            throw new StartRefusedException($"The command line cannot be read: {e.Message} Keys are written --KEY VALUE; --help lists them.", e);
        }
    }

    private static string Describe(StorePath path, RetentionRule rule)
    {
        if (!File.Exists(path.File))
        {
            throw new StartRefusedException($"There is no database {path.File}. Name the dashboard's folder with --TdxDash:DataFolder FOLDER.");
        }

        RetentionPlan plan = new RetentionReader(path).Plan(rule, UnixTime.ToMicroseconds(DateTimeOffset.UtcNow));
        return $"{path.File}: {new ByteSize((ulong)plan.UsedBytes)} in use.\n{RetentionText.Rule(rule)}\n{RetentionText.Due(plan)}";
    }
}
