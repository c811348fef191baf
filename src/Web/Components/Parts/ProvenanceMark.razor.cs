using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Parts;

/// <summary>The muted word right of a value that says where it comes from; its tooltip names the source.</summary>
public partial class ProvenanceMark
{
    /// <summary>Where the value comes from.</summary>
    [Parameter, EditorRequired]
    public Provenance Provenance { get; set; }

    /// <summary>The file, call or rule; empty in a legend.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The word of a mark.</summary>
    public static string Word(Provenance provenance) => ProvenanceWords.Word(provenance);

    /// <summary>What a mark says, in a phrase.</summary>
    public static string Meaning(Provenance provenance) => provenance switch
    {
        Provenance.Read => "from the TDX module by SEAMCALL",
        Provenance.Kernel => "from the running kernel",
        Provenance.Computed => "computed by TdxDash",
        Provenance.Hypothetical => "computed under an assumption that the machine need not follow",
        Provenance.Emulated => "from the emulated TDX module or a demo host",
        _ => "from a file captured elsewhere",
    };

    private static string Tooltip(Provenance provenance, string source) => source.Length == 0 ? Meaning(provenance) : $"{Meaning(provenance)}: {source}";
}
