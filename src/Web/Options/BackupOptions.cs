using System.Globalization;
using TdxDash.Web.Store.Backups;

namespace TdxDash.Web.Options;

/// <summary>Bounds of the keys for scheduled backups.</summary>
internal static class BackupOptions
{
    /// <summary>The fewest backups to keep.</summary>
    public const int MinKeep = 1;

    /// <summary>The most.</summary>
    public const int MaxKeep = 1_000;

    /// <summary>How many are kept where nothing else is set.</summary>
    public const int DefaultKeep = 7;

    private const string Key = $"{DashboardOptions.Section}:Backup";
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10), Longest = TimeSpan.FromDays(366), Usual = TimeSpan.FromDays(1);

    /// <summary>Reads the rule.</summary>
    /// <returns>Null where no folder is set: nothing is scheduled.</returns>
    public static BackupRule? Read(OptionReader keys)
    {
        string? folder = keys.Folder($"{Key}:Folder");
        TimeSpan every = Every(keys);
        int keep = keys.Number($"{Key}:Keep", MinKeep, MaxKeep, DefaultKeep);
        if (folder is null && (keys.Text($"{Key}:Every") ?? keys.Text($"{Key}:Keep")) is not null)
        {
            keys.Errors.Add($"{Key}:Every or {Key}:Keep is set, but no {Key}:Folder: set it to the folder that backups go to.");
        }

        return folder is null ? null : new BackupRule(folder, every, keep);
    }

    private static TimeSpan Every(OptionReader keys)
    {
        string? text = keys.Text($"{Key}:Every");
        if (text is null)
        {
            return Usual;
        }

        double unit = text[^1] switch { 'm' => 1, 'h' => 60, 'd' => 1_440, _ => 0 };
        if (unit > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && TimeSpan.FromMinutes(number * unit) is var every && every >= Shortest && every <= Longest)
        {
            return every;
        }

        keys.Errors.Add($"{Key}:Every is '{text}': set it to a time from 10m to 366d, a number with m, h or d.");
        return Usual;
    }
}
