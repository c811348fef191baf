using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.Care;

/// <summary>A rule and its plan in words.</summary>
internal static class RetentionText
{
    /// <summary>What the rule says.</summary>
    public static string Rule(RetentionRule rule) => (rule.Age, rule.Bytes) switch
    {
        (null, null) => "All snapshots are kept. Set TdxDash:Retention:Days or TdxDash:Retention:MiB to let old ones go.",
        ({ } age, null) => $"Kept are snapshots that were in force during the last {Days(age)}, and each host's latest, with what was observed in its latest boot.",
        (null, { } bytes) => $"Kept is what fits {new ByteSize((ulong)bytes)}, the newest first, and each host's latest, with what was observed in its latest boot.",
        ({ } age, { } bytes) => $"Kept are snapshots that were in force during the last {Days(age)}, as far as they fit {new ByteSize((ulong)bytes)}, and each host's latest, with what was observed in its latest boot.",
    };

    /// <summary>What would go now.</summary>
    public static string Due(RetentionPlan plan)
    {
        string[] due = [.. new[] { Counted(plan.Snapshots, "snapshot"), Counted(plan.Events, "observation") }.Where(part => part.Length > 0)];
        return due.Length == 0 ? "Nothing would be removed now."
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", due)} of {Counted(plan.Hosts, "host")} would be removed now, about {new ByteSize((ulong)plan.Bytes)}: "
                + $"snapshots that gave way to newer ones before {UnixTime.FromMicroseconds(plan.Before).UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, and what was observed of "
                + $"initialisations and updates in earlier boots before then. Their room is used again; the file does not shrink.");
    }

    private static string Counted(long count, string noun) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    private static string Days(TimeSpan age) => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days");
}
