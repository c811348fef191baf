using Microsoft.Net.Http.Headers;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Metadata;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Snapshots of a host, and what they hold: facts, canonical bytes, layout, metadata.</summary>
internal static class SnapshotEndpoints
{
    private const string Tag = "Snapshots", One = "/hosts/{hostId}/snapshots/{snapshot}";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/hosts/{hostId}/snapshots", ListAsync).Describe("listSnapshots", Tag, "Lists the snapshots of a host", "Latest first, by the time of receipt. A host that does not change has few: an unchanged one costs a heartbeat.")
            .Takes(Parameters.From, Parameters.To, Parameters.Limit, Parameters.Cursor).Gives<SnapshotPage>();
        api.MapGet(One, FindAsync).Describe("getSnapshot", Tag, "Gets a snapshot", "By its hash, or 'latest', which takes 'at' for the one that was the latest then.")
            .Takes(Parameters.At).Gives<SnapshotDocument>();
        api.MapGet(One + "/canonical", CanonicalAsync).Describe("getCanonicalSnapshot", Tag, "Gets the canonical form of a snapshot",
            "The very bytes whose SHA-256 is the snapshot's hash, in the form that tdxprobe show --json prints and tdxprobe diff takes. Its schema number says how to read it; 64-bit values are hexadecimal strings.")
            .Takes(Parameters.At).Gives<System.Text.Json.JsonElement>();
        api.MapGet(One + "/layout", LayoutAsync).Describe("getLayout", Tag, "Gets the layout of a snapshot",
            "TDMRs, reserved areas with the reason of each, and PAMT, computed as Linux builds them, beside what the kernel reported.")
            .Takes(Parameters.At).Gives<LayoutDocument>();
        api.MapGet(One + "/metadata", MetadataAsync).Describe("getMetadata", Tag, "Gets the metadata fields of a snapshot",
            "Every global metadata field that is known, and those that only this module has: raw, decoded, and where it comes from.")
            .Takes(Parameters.At, Parameters.FieldText, Parameters.FieldState).Gives<MetadataDocument>();
    }

    private static async Task<IResult> ListAsync(string hostId, HttpContext context, IHostHistory history, TimeProvider time)
    {
        ApiCall call = ApiCall.Of(context);
        var list = ChangeList.Of(call, hostId, time);
        HistoryPage page = await list.ReadAsync(history);
        return ApiAnswer.Page(new SnapshotPage { Items = [.. page.Entries.Select(entry => SnapshotMapping.Item(entry.Snapshot))], Next = ChangeList.Write(page.Next) }, call.Request, ChangeList.Write(page.Next));
    }

    private static async Task<IResult> FindAsync(string hostId, string snapshot, HttpContext context, SnapshotSource source) =>
        ApiAnswer.Json(SnapshotMapping.Document(await source.FindAsync(ApiCall.Of(context), hostId, snapshot)));

    private static async Task<IResult> CanonicalAsync(string hostId, string snapshot, HttpContext context, SnapshotSource source)
    {
        FoundSnapshot found = await source.FindAsync(ApiCall.Of(context), hostId, snapshot);
        return new ApiAnswer(SnapshotCodec.Write(found.Snapshot), new EntityTagHeaderValue($"\"{found.Stored.Hash}\""));
    }

    private static async Task<IResult> LayoutAsync(string hostId, string snapshot, HttpContext context, SnapshotSource source)
    {
        FoundSnapshot found = await source.FindAsync(ApiCall.Of(context), hostId, snapshot);
        return ApiAnswer.Json(await Task.Run(() => LayoutMapping.Document(found.Stored, HostView.From(found.Snapshot)), context.RequestAborted));
    }

    private static async Task<IResult> MetadataAsync(string hostId, string snapshot, HttpContext context, SnapshotSource source)
    {
        ApiCall call = ApiCall.Of(context);
        var shown = new MetadataState
        {
            Text = call.Query.Text(Parameters.FieldText),
            Show = call.Query.Words(Parameters.FieldState) is [{ } word] ? MetadataState.Words[word] : ShownFields.All,
        };
        FoundSnapshot found = await source.FindAsync(call, hostId, snapshot);
        return ApiAnswer.Json(MetadataMapping.Document(found, shown));
    }
}
