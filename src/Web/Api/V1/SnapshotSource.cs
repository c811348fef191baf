using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Finds the snapshots that requests name, among those of hosts that the caller sees.</summary>
internal sealed class SnapshotSource(IHostHistory history, SnapshotFinder finder)
{
    private const string Latest = "latest";

    /// <summary>The snapshot of an address below <c>/hosts/{hostId}/snapshots</c>.</summary>
    /// <param name="call">The request.</param>
    /// <param name="hostId">The host.</param>
    /// <param name="name"><c>latest</c>, or a hash.</param>
    /// <exception cref="ProblemException">There is none.</exception>
    public async Task<FoundSnapshot> FindAsync(ApiCall call, string hostId, string name)
    {
        DateTimeOffset? at = call.Query.Time(Parameters.At);
        bool isHash = SnapshotHash.TryParse(name, out SnapshotHash hash);
        if (isHash && at is not null)
        {
            call.Query.Add(Parameters.At.Name, $"'{Parameters.At.Name}' stands beside a hash, which names one snapshot already: use it with '{Latest}'.");
        }

        call.Query.Check();
        call.Host(hostId);
        if (name == Latest)
        {
            return await FindAsync(finder, hostId, at, null, call.Gone);
        }

        if (!isHash)
        {
            throw Problems.NotFound($"'{UrlReader.Shown(name)}' names no snapshot: use '{Latest}', or a hash of {SnapshotHash.TextLength} lower-case hexadecimal digits from the host's list of snapshots.");
        }

        return await history.FindAsync(hostId, hash, call.Gone) is { } stored
            ? await FindAsync(finder, hostId, null, stored.Revision, call.Gone)
            : throw Problems.NotFound($"Host {hostId} has no snapshot with the hash {name}: it never had, or retention removed it. GET /api/v1/hosts/{hostId}/snapshots lists those that it has.");
    }

    /// <summary>The snapshot that a parameter names.</summary>
    /// <param name="call">The request.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="ProblemException">There is none.</exception>
    public async Task<FoundSnapshot> FindAsync(ApiCall call, TextParameter parameter, string text)
    {
        if (SnapshotRef.TryParse(text, out SnapshotRef? named) is { } problem)
        {
            throw Problems.Parameter(parameter.Name, $"'{parameter.Name}': {problem}");
        }

        call.Host(named!.HostId);
        return await FindAsync(finder, named.HostId, named.At, named.Revision, call.Gone);
    }

    /// <summary>A snapshot of a host.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public static async Task<FoundSnapshot> FindAsync(SnapshotFinder finder, string hostId, DateTimeOffset? at, long? revision, CancellationToken cancellation)
    {
        (FoundSnapshot? found, string? problem) = await finder.FindAsync(hostId, at, revision, cancellation);
        return found ?? throw Problems.NotFound(problem!);
    }
}
