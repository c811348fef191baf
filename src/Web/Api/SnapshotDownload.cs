using System.Net.Mime;
using System.Text;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api;

/// <summary>A host's snapshot as a file, in the form that <c>tdxprobe show --json</c> prints and <c>tdxprobe diff</c> takes.</summary>
internal static class SnapshotDownload
{
    /// <summary>The address of a host's snapshot: the latest one, or with <c>at</c> the one that was the latest then.</summary>
    public const string Route = "/hosts/{hostId}/snapshot.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, AnswerAsync);

    private static async Task<IResult> AnswerAsync(string hostId, string? at, SnapshotFinder finder, TimeProvider time, CancellationToken cancellation)
    {
        DateTimeOffset wanted = time.GetUtcNow();
        if (at is not null && !UrlTime.TryParse(at, out wanted))
        {
            return Results.Problem($"'at' is '{UrlReader.Shown(at)}', which is no time: use the form {UrlTime.Form} in UTC.", statusCode: StatusCodes.Status400BadRequest, title: "No such time");
        }

        (FoundSnapshot? found, string? problem) = await finder.FindAsync(hostId, at is null ? null : wanted, null, cancellation);
        return found is not null
            ? Results.File(Encoding.UTF8.GetBytes(SnapshotCodec.WriteIndented(found.Snapshot) + "\n"), MediaTypeNames.Application.Json, "snapshot.json")
            : Results.Problem(problem, statusCode: StatusCodes.Status404NotFound, title: "No such snapshot");
    }
}
