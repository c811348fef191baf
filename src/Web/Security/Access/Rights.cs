using System.Collections.Immutable;
using System.Security.Claims;
using TdxDash.Web.Live;

namespace TdxDash.Web.Security.Access;

/// <summary>A role in one group, or everywhere.</summary>
/// <param name="Role">The role.</param>
/// <param name="Group">The group; null for every host, with and without a group.</param>
public sealed record Grant(Role Role, LabelText? Group)
{
    private const string Everywhere = "*";

    /// <summary>The written form, <c>viewer:*</c> or <c>operator:lab</c>.</summary>
    public override string ToString() => $"{Role.ToString().ToLowerInvariant()}:{Group?.ToString() ?? Everywhere}";

    /// <summary>Reads the written form.</summary>
    /// <returns>Null when it is none.</returns>
    public static Grant? Parse(string? text)
    {
        string[] parts = (text ?? "").Split(':', 2);
        // By names alone: the framework would also take numbers and lists.
        if (parts.Length != 2 || Enum.GetValues<Role>().FirstOrDefault(known => known.ToString().Equals(parts[0], StringComparison.OrdinalIgnoreCase)) is not (> 0 and Role role))
        {
            return null;
        }

        return parts[1] == Everywhere ? new Grant(role, null)
            : LabelText.TryParse(parts[1], out LabelText group) ? new Grant(role, group)
            : null;
    }
}

/// <summary>What one caller may do: the union of its grants. A caller without any may do nothing.</summary>
/// <param name="Grants">The grants.</param>
public sealed record Rights(ImmutableArray<Grant> Grants)
{
    /// <summary>The claim that carries a <see cref="Grant"/>.</summary>
    public const string Claim = "tdxdash:grant";

    /// <summary>Nothing at all.</summary>
    public static Rights None { get; } = new([]);

    /// <summary>Everything.</summary>
    public static Rights All { get; } = new([new Grant(Role.Administrator, null)]);

    /// <summary>Whether every host is visible, with and without a group.</summary>
    public bool SeesAll => MayEverywhere(Role.Viewer);

    /// <summary>What a caller may do.</summary>
    public static Rights Of(ClaimsPrincipal? caller) => caller is null ? None
        : new([.. caller.FindAll(Claim).Select(claim => Grant.Parse(claim.Value)).OfType<Grant>()]);

    /// <summary>Whether the caller has the role for every host.</summary>
    public bool MayEverywhere(Role role) => Grants.Any(grant => grant.Role >= role && grant.Group is null);

    /// <summary>Whether the caller has the role in any group or everywhere.</summary>
    public bool MaySomewhere(Role role) => Grants.Any(grant => grant.Role >= role);

    /// <summary>Whether the caller has the role for a host in this group.</summary>
    /// <param name="role">The role.</param>
    /// <param name="group">The host's group; null for a host without one, which only grants for everything cover.</param>
    public bool May(Role role, LabelText? group) =>
        Grants.Any(grant => grant.Role >= role && (grant.Group is null || (group is not null && grant.Group == group)));

    /// <summary>What is left of these rights within a grant: the lower role of both, in the smaller of both places.</summary>
    public IEnumerable<Grant> Within(Grant limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return Grants.Where(grant => grant.Group is null || limit.Group is null || grant.Group == limit.Group)
            .Select(grant => new Grant(grant.Role < limit.Role ? grant.Role : limit.Role, grant.Group ?? limit.Group));
    }
}
