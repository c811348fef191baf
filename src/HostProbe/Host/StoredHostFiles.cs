using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Files that are held in memory: those of a dump, or those of a demo machine.</summary>
/// <param name="origin">File or demo.</param>
/// <param name="files">What reading gives, by path; pieces of files by <see cref="HostFiles.PieceOf"/>.</param>
/// <param name="folders">What listing gives, by path.</param>
/// <param name="other">What any other path gives; null where the files are all there are, so that it is absent.</param>
public sealed class StoredHostFiles(
    Origin origin, IReadOnlyDictionary<string, HostAccess> files, IReadOnlyDictionary<string, HostAccess> folders, HostAccess? other = null) : HostFiles
{
    private readonly HostAccess _other = other ?? HostAccess.Absent();

    /// <inheritdoc/>
    public override Origin Origin => origin;

    /// <inheritdoc/>
    public override HostAccess Read(string path) => files.TryGetValue(path, out HostAccess? access) ? access : _other;

    /// <inheritdoc/>
    public override HostAccess ReadAt(string path, ulong offset, int count) => Read(PieceOf(path, offset));

    /// <inheritdoc/>
    public override HostAccess List(string path) => folders.TryGetValue(path, out HostAccess? access) ? access : _other;
}
