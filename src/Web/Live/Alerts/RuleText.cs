using System.Globalization;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Rules and silences in words.</summary>
public static class RuleText
{
    /// <summary>What a rule does, in one sentence.</summary>
    public static string Sentence(AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string who = rule.Group is { } group ? $" in group {group}" : "";
        string on = rule.IsOn ? "" : "off; ";
        string emulated = rule.TellsEmulated ? ", emulated hosts too" : "";
        return $"{on}{AlertKinds.Word(rule.Severity)}: {Condition(rule)}{who}, for {Duration(rule.RaiseFor)}; over {Over(rule)} for {Duration(rule.ClearFor)}{emulated}";
    }

    /// <summary>When an alert begins, without its duration.</summary>
    public static string Condition(AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string title = AlertKinds.Title(rule.Kind);
        return AlertKinds.HasThresholds(rule.Kind) ? $"{title}: {rule.Text(rule.Raise)} or {(AlertKinds.IsFalling(rule.Kind) ? "less" : "more")}"
            : rule.Kind == AlertKind.ModuleVersion ? rule.Least.Least.IsEmpty ? $"{title} (none is named: nothing is compared)" : $"{title} ({rule.Least})"
            : title;
    }

    /// <summary>When it is over, without its duration.</summary>
    public static string Over(AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return AlertKinds.HasThresholds(rule.Kind) ? $"at {rule.Text(rule.Clear)} or {(AlertKinds.IsFalling(rule.Kind) ? "more" : "less")}" : "when that is no longer so";
    }

    /// <summary>A duration as forms take it: <c>90 s</c>, <c>5 min</c>, <c>2 h</c>, <c>7 d</c>.</summary>
    public static string Duration(TimeSpan time) => time.Ticks switch
    {
        0 => "0 s",
        long ticks when ticks % TimeSpan.TicksPerDay == 0 => Text(time.TotalDays, "d"),
        long ticks when ticks % TimeSpan.TicksPerHour == 0 => Text(time.TotalHours, "h"),
        long ticks when ticks % TimeSpan.TicksPerMinute == 0 => Text(time.TotalMinutes, "min"),
        _ => Text(time.TotalSeconds, "s"),
    };

    /// <summary>Reads a duration: a whole number and s, min, h or d.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryDuration(string? text, out TimeSpan time)
    {
        string trimmed = (text ?? "").Trim();
        int digits = trimmed.TakeWhile(char.IsAsciiDigit).Count();
        double seconds = trimmed[digits..].Trim() switch { "s" => 1, "m" or "min" => 60, "h" => 3_600, "d" => 86_400, _ => 0 };
        bool ok = digits is > 0 and <= 6 && seconds > 0;
        time = ok ? TimeSpan.FromSeconds(int.Parse(trimmed[..digits], CultureInfo.InvariantCulture) * seconds) : TimeSpan.Zero;
        return ok;
    }

    /// <summary>What a silence covers, in words.</summary>
    /// <param name="silence">The silence.</param>
    /// <param name="rules">Every rule, for the names.</param>
    /// <param name="nameOf">Gives a host's name; null to write its identity.</param>
    public static string Scope(AlertSilence silence, IEnumerable<AlertRule> rules, Func<string, string>? nameOf = null)
    {
        ArgumentNullException.ThrowIfNull(silence);
        string?[] parts =
        [
            silence.RuleId is { } id ? $"rule {rules.FirstOrDefault(rule => rule.Id == id)?.Name ?? "that was removed"}" : null,
            silence.HostId is { } host ? $"host {nameOf?.Invoke(host) ?? host}" : null,
            silence.Group is { } group ? $"group {group}" : null,
            silence.Tag is { } tag ? $"tag {tag}" : null,
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0} {unit}");
}
