namespace TdxDash.Tdx.Snapshots;

/// <summary>How deep a probe could read its host, each tier with all that the ones before it can. The numbers may be stored: append only.</summary>
public enum ProbeTier
{
    /// <summary>Files that every user may read.</summary>
    Files,

    /// <summary>Files that only root may read too: memory addresses, the P-SEAMLDR version.</summary>
    RootFiles,

    /// <summary>The TDX module itself too, by SEAMCALL.</summary>
    Module,
}

/// <summary>Finds out a snapshot's tier.</summary>
public static class ProbeTiers
{
    private const string Rule = "the deepest source that could be read";

    /// <summary>The tier, from what a snapshot holds; emulated where the module that answered is.</summary>
    public static Reading<ProbeTier> Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Module.Metadata.IsKnown)
        {
            return snapshot.Module.Metadata.Map(_ => ProbeTier.Module);
        }

        // Without root the kernel hides the addresses of /proc/iomem, and debugfs is closed.
        bool isRoot = snapshot.Memory.Map.IsKnown || snapshot.Kernel.SeamldrVersion.IsKnown;
        return Reading.Known(isRoot ? ProbeTier.RootFiles : ProbeTier.Files, snapshot.Origin == Origin.Demo ? Provenance.Emulated : Provenance.Computed, Rule);
    }
}
