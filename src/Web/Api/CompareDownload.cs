using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api;

/// <summary>The difference of two snapshots as text or JSON, all of it, expected differences included; the addresses take the query of the compare page.</summary>
internal static class CompareDownload
{
    /// <summary>The address of the text.</summary>
    public const string TextRoute = "/compare.txt";

    /// <summary>The address of the JSON.</summary>
    public const string JsonRoute = "/compare.json";

    /// <summary>The address of the JSON Patch (RFC 6902) that makes B's canonical form of A's.</summary>
    public const string PatchRoute = "/compare.patch.json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Route(routes, TextRoute, (before, after) => Results.Text(Text(SnapshotDiff.Between(before, after)), MediaTypeNames.Text.Plain, Encoding.UTF8));
        Route(routes, JsonRoute, (before, after) => Results.Bytes(DiffJson.Of(SnapshotDiff.Between(before, after)), MediaTypeNames.Application.Json));
        Route(routes, PatchRoute, (before, after) => Results.Bytes(Encoding.UTF8.GetBytes(Patch(before, after)), MediaTypeNames.Application.JsonPatch));
    }

    private static void Route(IEndpointRouteBuilder routes, string route, Func<Snapshot, Snapshot, IResult> write) => routes.MapGet(
        route, (HttpRequest request, SnapshotFinder finder, CancellationToken cancellation) => AnswerAsync(request, finder, write, cancellation));

    private static string Text(SnapshotDiff diff) => diff.IsEmpty ? "The snapshots are equal.\n" : DiffText.Of(diff);

    private static string Patch(Snapshot before, Snapshot after) =>
        JsonPatch.Between(Node(before), Node(after)).ToJsonString();

    private static JsonNode Node(Snapshot snapshot) => JsonNode.Parse(SnapshotCodec.Write(snapshot))!;

    private static async Task<IResult> AnswerAsync(HttpRequest request, SnapshotFinder finder, Func<Snapshot, Snapshot, IResult> write, CancellationToken cancellation)
    {
        UrlParse<CompareState> parse = CompareState.Parse(UrlQuery.FromUri(request.QueryString.Value ?? ""));
        if (parse.Problems.Count > 0 || parse.State.Refs.Length != 2)
        {
            string detail = parse.Problems.Count > 0 ? string.Join(' ', parse.Problems) : "Name two snapshots, a and b, as in the address of the compare page.";
            return Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "Nothing to compare");
        }

        var found = new List<FoundSnapshot>();
        foreach (SnapshotRef name in parse.State.Refs)
        {
            (FoundSnapshot? one, string? problem) = await finder.FindAsync(name.HostId, name.At, name.Revision, cancellation);
            if (one is null)
            {
                return Results.Problem(problem, statusCode: StatusCodes.Status404NotFound, title: "No such snapshot");
            }

            found.Add(one);
        }

        return write(found[0].Snapshot, found[1].Snapshot);
    }
}
