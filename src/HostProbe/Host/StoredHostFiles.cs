using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Files that are held in memory: those of a dump, or those of a demo machine. A path that is not held is absent.</summary>
/// <param name="origin">File or demo.</param>
/// <param name="files">What reading gives, by path.</param>
/// <param name="folders">What listing gives, by path.</param>
public sealed class StoredHostFiles(Origin origin, IReadOnlyDictionary<string, HostAccess> files, IReadOnlyDictionary<string, HostAccess> folders) : HostFiles
{
    /// <inheritdoc/>
    public override Origin Origin => origin;

    /// <inheritdoc/>
    public override HostAccess Read(string path) => files.TryGetValue(path, out HostAccess? access) ? access : HostAccess.Absent();

    /// <inheritdoc/>
    public override HostAccess List(string path) => folders.TryGetValue(path, out HostAccess? access) ? access : HostAccess.Absent();
}
