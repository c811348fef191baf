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
        ({ } age, null) => $"Kept are snapshots that were in force during the last {Days(age)}, and each host's latest.",
        (null, { } bytes) => $"Kept is what fits {new ByteSize((ulong)bytes)}, the newest first, and each host's latest.",
        ({ } age, { } bytes) => $"Kept are snapshots that were in force during the last {Days(age)}, as far as they fit {new ByteSize((ulong)bytes)}, and each host's latest.",
    };

    /// <summary>What would go now.</summary>
    public static string Due(RetentionPlan plan) => plan.Snapshots == 0
        ? "Nothing would be removed now."
        : string.Create(CultureInfo.InvariantCulture, $"{plan.Snapshots:#,0} snapshots of {plan.Hosts:#,0} hosts would be removed now, about {new ByteSize((ulong)plan.Bytes)}: "
            + $"those that gave way to newer ones before {UnixTime.FromMicroseconds(plan.Before).UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. Their room is used again; the file does not shrink.");

    private static string Days(TimeSpan age) => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days");
}
