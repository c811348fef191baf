using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Access;

/// <summary>Grants in words.</summary>
internal static class GrantWords
{
    /// <summary>A role and where, as <c>Operator of the group lab</c>.</summary>
    public static string Of(Grant grant) => grant.Group is { } group ? $"{grant.Role} of the group {group}" : $"{grant.Role} of everything";
}
