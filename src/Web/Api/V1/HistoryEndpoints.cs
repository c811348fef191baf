using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>What changed, who was silent, and the difference of any two snapshots. The fleet as it was is a parameter of the list of hosts.</summary>
internal static class HistoryEndpoints
{
    private const string Tag = "History";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/changes", FleetAsync).Describe("listChanges", Tag, "Lists the changes of the fleet", "Latest first, by the time of receipt: every snapshot with what it changed. Of a caller that does not see every host a page can be shorter than its limit, and still lead to a next one.")
            .Takes(Parameters.From, Parameters.To, Parameters.Kinds, Parameters.ChangeText, Parameters.Limit, Parameters.Cursor).Gives<ChangePage>();
        api.MapGet("/hosts/{hostId}/changes", HostAsync).Describe("listHostChanges", Tag, "Lists the changes of a host", "Latest first, by the time of receipt.")
            .Takes(Parameters.From, Parameters.To, Parameters.Kinds, Parameters.ChangeText, Parameters.Limit, Parameters.Cursor).Gives<ChangePage>();
        api.MapGet("/hosts/{hostId}/silences", SilencesAsync).Describe("listSilences", Tag, "Lists when a host was not heard of", "Times in which the dashboard itself did not run are told apart.")
            .Takes(Parameters.From, Parameters.To).Gives<SilenceList>();
        api.MapGet("/diff", DiffAsync).Describe("getDiff", Tag, "Compares two snapshots", "Field by field, of one host or of two. Between two hosts, differences that any two have are marked with their rule.")
            .Takes(Parameters.Before, Parameters.After).Gives<DiffDocument>();
    }

    private static Task<IResult> FleetAsync(HttpContext context, IHostHistory history, TimeProvider time) => ListAsync(null, context, history, time);

    private static Task<IResult> HostAsync(string hostId, HttpContext context, IHostHistory history, TimeProvider time) => ListAsync(hostId, context, history, time);

    private static async Task<IResult> ListAsync(string? hostId, HttpContext context, IHostHistory history, TimeProvider time)
    {
        ApiCall call = ApiCall.Of(context);
        var list = ChangeList.Of(call, hostId, time, Parameters.KindsOf(call.Query.Words(Parameters.Kinds)), call.Query.Text(Parameters.ChangeText));
        HistoryPage page = await list.ReadAsync(history);
        return ApiAnswer.Page(new ChangePage { Items = [.. page.Entries.Select(Item)], Next = ChangeList.Write(page.Next) }, call.Request, ChangeList.Write(page.Next));
    }

    private static async Task<IResult> SilencesAsync(string hostId, HttpContext context, IHostHistory history, TimeProvider time)
    {
        ApiCall call = ApiCall.Of(context);
        TimeWindow window = ChangeList.WindowOf(call.Query, time);
        call.Query.Check();
        call.Host(hostId);
        HostTimeline timeline = await history.TimelineAsync(hostId, window, mostMarks: 1, call.Gone);
        return ApiAnswer.Json(new SilenceList
        {
            Items = [.. timeline.Absences.Select(absence => new SilenceItem { From = absence.From.ToUniversalTime(), To = absence.To?.ToUniversalTime(), Cause = absence.Cause })],
        });
    }

    private static async Task<IResult> DiffAsync(HttpContext context, SnapshotSource source)
    {
        ApiCall call = ApiCall.Of(context);
        (string from, string to) = (call.Query.Text(Parameters.Before), call.Query.Text(Parameters.After));
        call.Query.Check();
        FoundSnapshot before = await source.FindAsync(call, Parameters.Before, from), after = await source.FindAsync(call, Parameters.After, to);
        bool isOneHost = before.Stored.HostId == after.Stored.HostId;
        SnapshotDiff diff = await Task.Run(() => SnapshotDiff.Between(before.Snapshot, after.Snapshot), call.Gone);
        return ApiAnswer.Json(new DiffDocument
        {
            From = SnapshotMapping.Item(before.Stored),
            To = SnapshotMapping.Item(after.Stored),
            Entries = [.. diff.Entries.Select(entry => Item(entry, isOneHost ? null : ExpectedDifferences.RuleOf(entry, _ => false)))],
        });
    }

    private static ChangeItem Item(HistoryEntry entry) => new()
    {
        Snapshot = SnapshotMapping.Item(entry.Snapshot),
        IsCompared = entry.Change is not null,
        Fields = entry.Change?.Fields,
        Kinds = entry.Change is { } change ? [.. change.Kinds.HasFlag(ChangeKinds.First) ? (string[])["first"] : [], .. HistoryState.KindWords.Where(word => change.Kinds.HasFlag(word.Value)).Select(word => word.Key)] : null,
        Headline = entry.Change?.Headline,
        BaseRevision = entry.IsBaseKept ? entry.Base : null,
    };

    private static DiffItem Item(DiffEntry entry, ExpectedRule? rule) => new()
    {
        Path = entry.Path,
        Sign = entry.Sign,
        Aspect = entry.Aspect,
        Before = entry.Before,
        After = entry.After,
        Measure = DiffText.Measure(entry.Detail) is { Length: > 0 } measure ? measure : null,
        ProvenanceBefore = entry.ProvenanceBefore,
        ProvenanceAfter = entry.ProvenanceAfter,
        Expected = rule?.Id,
    };
}
