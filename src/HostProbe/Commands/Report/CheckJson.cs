using System.Text.Json;
using System.Text.Json.Serialization;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The JSON form of <c>tdxprobe check --json</c>; docs/readiness.md describes it.</summary>
public static class CheckJson
{
    /// <summary>Writes the verdict over a host, indented.</summary>
    public static string Write(HostView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        Verdict verdict = view.Verdict;
        var document = new CheckDocument(
            view.Snapshot.Host.Name.Or(null),
            view.Snapshot.Origin switch { Origin.Live => "live", Origin.File => "file", _ => "demo" },
            ReportWords.Of(verdict.State),
            verdict.IsReady,
            verdict.Summary,
            Counts(verdict.Count),
            [.. verdict.Groups.Select(group => new CheckGroupDocument(group.Id, group.Title, CheckReport.Word(group.Outcome), Counts(group.Count), [.. group.Checks.Select(Of)]))]);
        return JsonSerializer.Serialize(document, CheckJsonContext.Default.CheckDocument);
    }

    private static CheckCounts Counts(Func<CheckOutcome, int> count) =>
        new(count(CheckOutcome.Passed), count(CheckOutcome.Failed), count(CheckOutcome.Warning), count(CheckOutcome.Skipped));

    private static SingleCheckDocument Of(Check check) => new(check.Id, check.Title, CheckReport.Word(check.Outcome), check.Mandatory, check.Evidence, check.Why, check.Remedy);
}

internal sealed record CheckDocument(string? Host, string Origin, string State, bool Ready, string Summary, CheckCounts Counts, IReadOnlyList<CheckGroupDocument> Groups);

internal sealed record CheckCounts(int Passed, int Failed, int Warning, int Skipped);

internal sealed record CheckGroupDocument(string Id, string Title, string Outcome, CheckCounts Counts, IReadOnlyList<SingleCheckDocument> Checks);

internal sealed record SingleCheckDocument(string Id, string Title, string Outcome, bool Mandatory, string Evidence, string Why, string Remedy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckJsonContext : JsonSerializerContext;
