using Microsoft.AspNetCore.Components;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>A role and where.</summary>
public sealed partial class GrantFields
{
    /// <summary>The role.</summary>
    [Parameter, EditorRequired]
    public Role Role { get; set; }

    /// <summary>Told when it changes.</summary>
    [Parameter]
    public EventCallback<Role> RoleChanged { get; set; }

    /// <summary>The group; empty for everything.</summary>
    [Parameter, EditorRequired]
    public string Group { get; set; } = "";

    /// <summary>Told when it changes.</summary>
    [Parameter]
    public EventCallback<string> GroupChanged { get; set; }

    [Inject]
    private ILabelBook Labels { get; set; } = null!;
}
