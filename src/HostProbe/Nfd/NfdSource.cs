using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Nfd;

/// <summary>Passes snapshots on and keeps the feature file up to date with them. A file that cannot be written is said once and holds up nothing.</summary>
/// <param name="inner">What takes the snapshots.</param>
/// <param name="view">Works out what follows from one.</param>
/// <param name="writer">Keeps the file.</param>
/// <param name="say">Takes a sentence for the service's log.</param>
internal sealed class NfdSource(ISnapshotSource inner, Func<Snapshot, HostView> view, NfdWriter writer, Action<string> say) : ISnapshotSource
{
    private string? _said;

    /// <inheritdoc/>
    public Origin Origin => inner.Origin;

    /// <inheritdoc/>
    public string BootId => inner.BootId;

    /// <inheritdoc/>
    public Snapshot Take()
    {
        Snapshot snapshot = inner.Take();
        string? problem = null;
        try
        {
            writer.Write(view(snapshot));
        }
        catch (IOException e)
        {
            problem = e.Message;
        }

        if (problem != _said)
        {
            say(problem ?? $"The feature file {writer.File} is written again.");
            _said = problem;
        }

        return snapshot;
    }
}
