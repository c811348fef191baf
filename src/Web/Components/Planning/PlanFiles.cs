using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Planning;

/// <summary>Plans as files.</summary>
public static class PlanFiles
{
    // A spreadsheet runs text that begins like a formula: such a field gets an apostrophe before it (OWASP, CSV injection).
    private static readonly CsvConfiguration Form = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    /// <summary>One row for each plan, sizes in bytes; empty fields where there is no value.</summary>
    public static string Csv(IReadOnlyList<PlanSheetResult> plans)
    {
        ArgumentNullException.ThrowIfNull(plans);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, Form, leaveOpen: true))
        {
            string[] names = ["plan", "name", "provenance", "verdict", .. PlanFigures.All.Select(figure => figure.Name)];
            Row(csv, names);
            foreach (PlanSheetResult plan in plans)
            {
                Row(csv, [PlanText.Write(plan.View.Spec), plan.View.Spec.Name, plan.Result.Provenance.Word(), plan.Result.Verdict.Sentence, .. PlanFigures.All.Select(figure => figure.Value(plan))]);
            }
        }

        return text.ToString();
    }

    /// <summary>All results, in the form of <c>tdxprobe plan --json</c>; several plans as an array.</summary>
    public static string Json(IReadOnlyList<PlanSheetResult> plans)
    {
        ArgumentNullException.ThrowIfNull(plans);
        string[] written = [.. plans.Select(plan => PlanJson.Write(plan.View.Spec, plan.Result, plan.Headroom ?? Headroom.Of(plan.Result.Machine)))];
        return (written.Length == 1 ? written[0] : $"[\n{string.Join(",\n", written)}\n]") + "\n";
    }

    private static void Row(CsvWriter csv, IEnumerable<object?> fields)
    {
        foreach (object? field in fields)
        {
            csv.WriteField(field switch
            {
                null => "",
                bool truth => truth ? "true" : "false",
                _ => Convert.ToString(field, CultureInfo.InvariantCulture),
            });
        }

        csv.NextRecord();
    }
}
