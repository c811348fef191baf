using System.Net.Mime;
using System.Text;
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

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TextRoute, (HttpRequest request, SnapshotFinder finder, CancellationToken cancellation) => AnswerAsync(
            request, finder, diff => Results.Text(diff.IsEmpty ? "The snapshots are equal.\n" : DiffText.Of(diff), MediaTypeNames.Text.Plain, Encoding.UTF8), cancellation));
        routes.MapGet(JsonRoute, (HttpRequest request, SnapshotFinder finder, CancellationToken cancellation) => AnswerAsync(
            request, finder, diff => Results.Bytes(DiffJson.Of(diff), MediaTypeNames.Application.Json), cancellation));
    }

    private static async Task<IResult> AnswerAsync(HttpRequest request, SnapshotFinder finder, Func<SnapshotDiff, IResult> write, CancellationToken cancellation)
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

        return write(SnapshotDiff.Between(found[0].Snapshot, found[1].Snapshot));
    }
}
