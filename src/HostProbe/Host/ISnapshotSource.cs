using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Something that snapshots can be taken of: this machine, a captured file, or a demo machine.</summary>
public interface ISnapshotSource
{
    /// <summary>What kind of machine it is.</summary>
    Origin Origin { get; }

    /// <summary>The kernel's boot id as a GUID in its 36-character form; a fixed one where there is no kernel.</summary>
    string BootId { get; }

    /// <summary>Takes a snapshot. Whatever cannot be read is a reading without a value; this never throws for that.</summary>
    Snapshot Take();
}
