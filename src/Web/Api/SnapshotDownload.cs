using System.Net.Mime;
using System.Text;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;

namespace TdxDash.Web.Api;

/// <summary>A host's snapshot as a file, in the form that <c>tdxprobe show --json</c> prints and <c>tdxprobe diff</c> takes.</summary>
internal static class SnapshotDownload
{
    /// <summary>The address of the latest snapshot of a host.</summary>
    public const string Route = "/hosts/{hostId}/snapshot.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, LatestAsync);

    private static async Task<IResult> LatestAsync(string hostId, ISnapshotArchive archive, CancellationToken cancellation) =>
        await archive.LatestAsync(hostId, cancellation) is { } snapshot
            ? Results.File(Encoding.UTF8.GetBytes(SnapshotCodec.WriteIndented(snapshot) + "\n"), MediaTypeNames.Application.Json, "snapshot.json")
            : Results.Problem($"No host with the identity '{hostId}' has reported to this dashboard.", statusCode: StatusCodes.Status404NotFound, title: "No such host");
}
