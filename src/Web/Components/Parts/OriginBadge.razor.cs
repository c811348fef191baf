using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Parts;

/// <summary>Says what kind of machine a host is, with a flask wherever anything about it is emulated.</summary>
public partial class OriginBadge
{
    /// <summary>What kind of machine this is.</summary>
    [Parameter, EditorRequired]
    public Origin Origin { get; set; }

    /// <summary>Whether values that are shown come from the emulated module.</summary>
    [Parameter]
    public bool Emulated { get; set; }

    private bool IsDemo => Origin == Origin.Demo;

    private bool IsFile => Origin == Origin.File;

    private bool IsEmulated => Emulated || IsDemo;
}
