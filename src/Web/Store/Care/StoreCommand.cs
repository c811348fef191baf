using System.Data.Common;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Support;

namespace TdxDash.Web.Store.Care;

/// <summary>What can be done with the store from the command line.</summary>
internal static class StoreCommand
{
    /// <summary>Whether the command line names a command rather than only keys.</summary>
    public static bool IsNamed(string[] args) => args is [[not '-', ..], ..];

    /// <summary>Runs a command.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go.</param>
    /// <exception cref="StartRefusedException">The command is unknown or cannot be carried out; the message says why and what to do.</exception>
    public static async Task RunAsync(string[] args, TextWriter output)
    {
        if (args is [TokenCommand.Name, .. string[] rest])
        {
            TokenCommand.Run(rest, Read, output);
            return;
        }

        if (args is [ApiTokenCommand.Name, .. string[] behind])
        {
            ApiTokenCommand.Run(behind, Read, output);
            return;
        }

        if (args[0] == SupportCommand.Name)
        {
            await SupportCommand.RunAsync(args[1..], Configuration, Console.In, output);
            return;
        }

        bool takesOne = args[0] is "backup" or "restore" or AccountCommand.Name, hasOne = args is [_, [not '-', ..], ..];
        if (takesOne && !hasOne)
        {
            throw new StartRefusedException(args[0] == AccountCommand.Name
                ? $"{AccountCommand.Name} needs an account's name: TdxDash.Web {AccountCommand.Name} NAME."
                : $"{args[0]} needs a file: TdxDash.Web {args[0]} FILE.");
        }

        DashboardOptions options = Read(args[(takesOne ? 2 : 1)..]);
        StoreEngine store = StoreEngines.Of(options, isDashboard: args[0] == StoreMove.Name);
        try
        {
            await RunAsync(args, options, store, output);
        }
        catch (DbException e) when (store.RefusalOf(e) is { } refusal)
        {
            throw refusal;
        }
    }

    private static async Task RunAsync(string[] args, DashboardOptions options, StoreEngine store, TextWriter output)
    {
        var path = new StorePath(options.DataFolder);
        var postgres = store as PostgresStore;
        if (args[0] == StoreMove.Name)
        {
            await new StoreMove(path, postgres ?? throw new StartRefusedException($"{StoreMove.Name} needs the database to move to: set --TdxDash:Store:Engine=postgres and --TdxDash:Store:ConnectionStringFile FILE."), output).RunAsync();
            return;
        }

        if (postgres is not null && args[0] is ("backup" or "restore"))
        {
            (string dump, string restore) = postgres.Commands(args[1]);
            throw new StartRefusedException($"{args[0]} is for SQLite. The store is the {store.Name}, which PostgreSQL's own tools back up and restore: {(args[0] == "backup" ? dump : restore)}\nThe keys of cookies and of alert targets' secrets are in it.");
        }

        await output.WriteLineAsync(args[0] switch
        {
            "backup" => BackupText.Made(args[1], StoreBackup.Write(path, Path.GetFullPath(args[1]), DateTimeOffset.UtcNow)),
            "restore" => BackupText.Restored(args[1], path.Folder, await new StoreRestore(path, StoreSchema.Current, TimeProvider.System).RunAsync(Path.GetFullPath(args[1]))),
            AccountCommand.Name => AccountCommand.MakeLink(store, options, args[1]),
            "retention" => Describe(store, options.Retention),
            _ => throw new StartRefusedException($"There is no command '{args[0]}'. The commands are backup FILE, restore FILE, move-store, support-bundle FILE, retention, account-link NAME, api-token NAME and enroll-token; --help says more."),
        });
    }

    private static DashboardOptions Read(string[] keys) => DashboardOptions.Read(Configuration(keys));

    private static IConfigurationRoot Configuration(string[] keys)
    {
        try
        {
            return new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(keys).Build();
        }
        catch (FormatException e)
        {
            throw new StartRefusedException($"The command line cannot be read: {e.Message} Keys are written --KEY VALUE; --help lists them.", e);
        }
    }

    private static string Describe(StoreEngine store, RetentionRule rule)
    {
        if (!store.IsThere)
        {
            throw new StartRefusedException($"There is no database {store.Name}. Name the dashboard's folder with --TdxDash:DataFolder FOLDER.");
        }

        RetentionPlan plan = new RetentionReader(store).Plan(rule, UnixTime.ToMicroseconds(DateTimeOffset.UtcNow));
        return $"{store.Name}: {new ByteSize((ulong)plan.UsedBytes)} in use.\n{RetentionText.Rule(rule)}\n{RetentionText.Due(plan)}";
    }
}
