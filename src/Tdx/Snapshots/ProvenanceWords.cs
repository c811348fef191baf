namespace TdxDash.Tdx.Snapshots;

/// <summary>The word for where a value comes from, the same in reports, files and on pages.</summary>
public static class ProvenanceWords
{
    /// <summary>The word.</summary>
    public static string Word(this Provenance provenance) => provenance switch
    {
        Provenance.Read => "read",
        Provenance.Kernel => "kernel",
        Provenance.Computed => "computed",
        Provenance.Hypothetical => "hypothetical",
        Provenance.Emulated => "emulated",
        _ => "reported by file",
    };
}
