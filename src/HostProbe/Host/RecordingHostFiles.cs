using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Passes every access on and remembers what it gave, errors included. A second access to the same path gives what the first
/// gave, so that a recording never holds two answers.</summary>
/// <param name="inner">What is recorded.</param>
public sealed class RecordingHostFiles(HostFiles inner) : HostFiles
{
    private readonly SortedDictionary<string, HostAccess> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, HostAccess> _folders = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override Origin Origin => inner.Origin;

    /// <summary>What reading gave, by path; pieces of files by <see cref="HostFiles.PieceOf"/>.</summary>
    public IReadOnlyDictionary<string, HostAccess> Files => _files;

    /// <summary>What listing gave, by path.</summary>
    public IReadOnlyDictionary<string, HostAccess> Folders => _folders;

    /// <inheritdoc/>
    public override HostAccess Read(string path) => Once(_files, path, inner.Read);

    /// <inheritdoc/>
    public override HostAccess ReadAt(string path, ulong offset, int count) => Once(_files, PieceOf(path, offset), _ => inner.ReadAt(path, offset, count));

    /// <inheritdoc/>
    public override HostAccess List(string path) => Once(_folders, path, inner.List);

    private static HostAccess Once(SortedDictionary<string, HostAccess> known, string path, Func<string, HostAccess> access)
    {
        if (!known.TryGetValue(path, out HostAccess? result))
        {
            result = access(path);
            known.Add(path, result);
        }

        return result;
    }
}
