using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Store.Backups;

/// <summary>Backups and restores in words.</summary>
internal static class BackupText
{
    /// <summary>What a backup holds.</summary>
    public static string Made(string file, BackupReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{file}: {report.Hosts} hosts, {report.Snapshots} snapshots, {report.KeyFiles} key files, {new ByteSize((ulong)report.Bytes)}; checked. To go back to it, stop the dashboard and run: TdxDash.Web restore {file}");

    /// <summary>What a restore did, and what is to be known of it.</summary>
    public static string Restored(string file, string folder, RestoreReport report)
    {
        string keys = report.KeyFiles > 0 ? string.Create(CultureInfo.InvariantCulture, $"{report.KeyFiles} key files were put in place with it.") : "It carries no key files; those that are there stay.";
        string before = report.Aside is { } aside ? $"What was there before is in {aside}; delete it when you no longer need it." : "Nothing was there before.";
        string owner = Environment.IsPrivilegedProcess ? $"\nThe files belong to root now. If the dashboard runs as another user, give them to it: chown -R --reference={folder} {folder}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{file}: backup of {report.TakenAt ?? "an unknown time"}, schema {report.Schema}, {report.Hosts} hosts, {report.Snapshots} snapshots; checked, and in place in {folder}.\n{keys}\n{before}\n")
            + "What was changed or revoked since then is as it was at that time: revoke anew what must not come back. Start the dashboard; probes deliver their latest snapshot again." + owner;
    }

    /// <summary>What is scheduled, and how it is doing.</summary>
    public static string Schedule(BackupRule? rule, BackupState state)
    {
        if (rule is null)
        {
            return "No backups are scheduled. Set TdxDash:Backup:Folder to have one made every day.";
        }

        string last = state.LastAt is { } at ? $"The newest is of {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC." : "None was made yet.";
        return string.Create(CultureInfo.InvariantCulture, $"One every {Words(rule.Every)} into {rule.Folder}, of which the newest {rule.Keep} stay. {last}");
    }

    private static string Words(TimeSpan every) => every switch
    {
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerDay == 0 => Counted((long)every.TotalDays, "day"),
        { Ticks: var ticks } when ticks % TimeSpan.TicksPerHour == 0 => Counted((long)every.TotalHours, "hour"),
        _ => Counted((long)every.TotalMinutes, "minute"),
    };

    private static string Counted(long count, string noun) => count == 1 ? noun : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");
}
