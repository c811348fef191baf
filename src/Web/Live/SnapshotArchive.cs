using Microsoft.Extensions.Caching.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>Reads snapshots from the store and keeps the parsed ones that were read last: a hash never changes its content.</summary>
internal sealed class SnapshotArchive(SnapshotReader reader) : ISnapshotArchive, IDisposable
{
    private const int KeptSnapshots = 64;

    private readonly MemoryCache _parsed = new(new MemoryCacheOptions { SizeLimit = KeptSnapshots });

    /// <inheritdoc/>
    public Task<Snapshot?> LatestAsync(string hostId, CancellationToken cancellation) => Task.Run(() => Latest(hostId), cancellation);

    /// <inheritdoc/>
    public Task<Snapshot> ReadAsync(SnapshotHash hash, CancellationToken cancellation) =>
        _parsed.TryGetValue(hash, out Snapshot? parsed) ? Task.FromResult(parsed!) : Task.Run(() => Read(hash), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _parsed.Dispose();

    private Snapshot? Latest(string hostId)
    {
        if (reader.Latest(hostId) is not { } row || !SnapshotHash.TryParse(row.Hash, out SnapshotHash hash))
        {
            return null;
        }

        return Read(hash);
    }

    private Snapshot Read(SnapshotHash hash) => _parsed.GetOrCreate(hash, entry =>
    {
        entry.Size = 1;
        return reader.Read(hash);
    })!;
}
