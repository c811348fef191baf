using System.Globalization;
using TdxDash.Tdx.Readiness;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>Writes the checks of one host as a tree.</summary>
public static class CheckReport
{
    private const string Detail = "           ";

    /// <summary>Writes the tree.</summary>
    /// <param name="view">The host.</param>
    /// <param name="output">Where to.</param>
    /// <param name="style">Width and colours.</param>
    /// <param name="isShort">One line for each check, without what was seen.</param>
    public static void Write(HostView view, TextWriter output, TerminalStyle style, bool isShort)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(style);
        var page = new ReportPage(output, style);
        HostReport.WriteTitle(page, view);
        foreach (CheckGroup group in view.Verdict.Groups)
        {
            string? skipped = SkippedTogether(group);
            page.Heading($"{group.Title}: {Counts(group.Checks)}{(skipped is null ? "" : $" ({skipped})")}");
            foreach (Check check in group.Checks)
            {
                (string tag, Func<string, string> look) = Tag(check.Outcome, style);
                page.Marked($"[ {tag} ]", look, $"{check.Title}{(check.Mandatory ? "" : " (optional)")}", check.Id);
                if (!isShort && skipped is null)
                {
                    WriteDetails(page, check);
                }
            }
        }

        page.Blank();
        page.Line($"{view.Verdict.Checks.Count} checks: {Counts(view.Verdict.Checks)}.");
    }

    /// <summary>The word of an outcome, as the JSON form has it.</summary>
    public static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "passed",
        CheckOutcome.Failed => "failed",
        CheckOutcome.Warning => "warning",
        _ => "skipped",
    };

    private static void WriteDetails(ReportPage page, Check check)
    {
        switch (check.Outcome)
        {
            case CheckOutcome.Passed:
                page.Wrapped(Detail, check.Evidence);
                break;
            case CheckOutcome.Skipped:
                page.Wrapped(Detail, $"not looked at: {check.Evidence}");
                break;
            default:
                page.Wrapped(Detail + "Seen    ", check.Evidence);
                page.Wrapped(Detail + "Why     ", check.Why);
                page.Wrapped(Detail + "Remedy  ", check.Remedy);
                break;
        }
    }

    // The one reason why a whole group was skipped; null where it was not, or for several.
    private static string? SkippedTogether(CheckGroup group) =>
        group.Outcome == CheckOutcome.Skipped && group.Checks.All(check => check.Evidence == group.Checks[0].Evidence) ? group.Checks[0].Evidence : null;

    private static string Counts(IReadOnlyList<Check> checks)
    {
        var parts = new List<string>();
        foreach (CheckOutcome outcome in (ReadOnlySpan<CheckOutcome>)[CheckOutcome.Failed, CheckOutcome.Warning, CheckOutcome.Passed, CheckOutcome.Skipped])
        {
            int count = checks.Count(check => check.Outcome == outcome);
            if (count > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {Word(outcome)}{(outcome == CheckOutcome.Warning && count > 1 ? "s" : "")}"));
            }
        }

        return string.Join(", ", parts);
    }

    private static (string Tag, Func<string, string> Look) Tag(CheckOutcome outcome, TerminalStyle style) => outcome switch
    {
        CheckOutcome.Passed => ("pass", style.Good),
        CheckOutcome.Failed => ("FAIL", style.Bad),
        CheckOutcome.Warning => ("WARN", style.Warn),
        _ => ("skip", style.Muted),
    };
}
