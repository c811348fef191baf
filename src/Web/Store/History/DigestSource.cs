using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.History;

/// <summary>Gives the digests of rows: as they are stored, or else worked out from the body.</summary>
internal sealed class DigestSource(SnapshotReader bodies, TextTable texts, MakeDigest makeDigest)
{
    /// <summary>The fleet row of a snapshot.</summary>
    /// <param name="digest">The stored digest, if there is one.</param>
    /// <param name="hash">The body's hash.</param>
    /// <returns>Null when neither the digest nor the body can be read.</returns>
    public HostSummary? Summary(byte[]? digest, string hash) => StoredSummary(digest) ?? FromBody(hash)?.Summary;

    /// <summary>The fleet row of a stored digest; null when there is none that this version can read.</summary>
    public HostSummary? StoredSummary(byte[]? digest) => Stored(digest, DigestCodec.ReadSummary);

    /// <summary>The whole digest of a snapshot.</summary>
    /// <param name="digest">The stored digest, if there is one.</param>
    /// <param name="hash">The body's hash.</param>
    /// <returns>Null when neither the digest nor the body can be read.</returns>
    public HostDigest? Digest(byte[]? digest, string hash) => Stored(digest, DigestCodec.Read) ?? FromBody(hash);

    /// <summary>Works out the digest of a parsed snapshot.</summary>
    public HostDigest Of(Snapshot snapshot) => makeDigest(snapshot);

    private T? Stored<T>(byte[]? digest, Func<byte[], Func<long, string>, T> read)
        where T : class
    {
        try
        {
            return DigestCodec.IsReadable(digest) ? read(digest!, texts.Of) : null;
        }
        catch (InvalidDataException)
        {
            return null; // a damaged digest is as good as none: the body has it all
        }
    }

    private HostDigest? FromBody(string hash)
    {
        try
        {
            return SnapshotHash.TryParse(hash, out SnapshotHash parsed) ? Of(bodies.Read(parsed)) : null;
        }
        catch (InvalidDataException)
        {
            return null; // the page of that snapshot says what is wrong with its body
        }
    }
}
