using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>Everything that was read of a host, and everything that its module answered: enough to run the same readers again.</summary>
/// <param name="IsDemo">Whether it is a demo machine; a replay of one stays emulated.</param>
/// <param name="Files">What reading gave, by path; pieces of files by <see cref="HostFiles.PieceOf"/>.</param>
/// <param name="Folders">What listing gave, by path.</param>
/// <param name="Module">The module.</param>
public sealed record HostDump(
    bool IsDemo, IReadOnlyDictionary<string, HostAccess> Files, IReadOnlyDictionary<string, HostAccess> Folders, RecordedModule Module)
{
    /// <summary>Takes a snapshot of a host and keeps what it read.</summary>
    public static HostDump Capture(HostFiles files, IModuleSource module, SnapshotSteps steps)
    {
        ArgumentNullException.ThrowIfNull(files);
        var recordingFiles = new RecordingHostFiles(files);
        var recordingModule = new RecordingModuleSource(module);
        new HostSnapshotSource(recordingFiles, recordingModule, steps).Take();
        return new HostDump(files.Origin == Origin.Demo, recordingFiles.Files, recordingFiles.Folders, recordingModule.Recorded);
    }

    /// <summary>The host's files. What the dump does not hold, its probe did not look at: an older one knew fewer sources.</summary>
    public StoredHostFiles ToFiles() => new(IsDemo ? Origin.Demo : Origin.File, Files, Folders, HostAccess.NotCaptured());

    /// <summary>The host as a source of snapshots.</summary>
    public HostSnapshotSource Replay(SnapshotSteps steps) => new(ToFiles(), new RecordedModuleSource(Module), steps);
}
