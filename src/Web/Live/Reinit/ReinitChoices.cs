namespace TdxDash.Web.Live.Reinit;

/// <summary>What a demo host can be asked to perform.</summary>
public static class ReinitChoices
{
    /// <summary>The module profiles that come with every probe.</summary>
    public static IReadOnlyList<string> Profiles { get; } = ["tdx-1.5.08-emr", "tdx-1.5.16-srf", "tdx-2.0.08-gnr"];

    /// <summary>The faults, each with what it is in words; the empty one for none.</summary>
    public static IReadOnlyList<(string Name, string Words)> Faults { get; } =
    [
        ("", "none"),
        ("busy", "busy: a TD is being built"),
        ("refused", "refused: the image is not accepted"),
        ("entropy", "entropy: none for the new module"),
        ("after-shutdown", "after shutdown: what was handed over is refused"),
    ];
}
