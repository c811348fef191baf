using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Reinit;

/// <summary>The files of an emulated tree above those of a made-up machine: a file that the tree has hides the other.</summary>
/// <param name="below">The machine's.</param>
/// <param name="root">The tree's folder.</param>
internal sealed class OverlaidHostFiles(HostFiles below, string root) : HostFiles
{
    private readonly LiveHostFiles _above = new(root);

    /// <inheritdoc/>
    public override Origin Origin => below.Origin;

    /// <inheritdoc/>
    public override HostAccess Read(string path)
    {
        HostAccess access = _above.Read(path);
        return access.Error is null || File.Exists(root + path) ? access : below.Read(path);
    }

    /// <inheritdoc/>
    public override HostAccess ReadAt(string path, ulong offset, int count) => below.ReadAt(path, offset, count);

    /// <inheritdoc/>
    public override KernelLogTail? FollowLog() => _above.FollowLog();

    /// <inheritdoc/>
    public override HostAccess List(string path) => below.List(path);
}
