using System.Collections.Immutable;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Options;

/// <summary>What a group at the OpenID provider may do here.</summary>
/// <param name="Group">The provider's group.</param>
/// <param name="Grant">What its members may do.</param>
public sealed record OpenIdGrant(string Group, Grant Grant);

/// <summary>The OpenID provider by which people sign in (OpenID Connect Core 1.0, code flow with PKCE).</summary>
/// <param name="Authority">Its issuer address.</param>
/// <param name="ClientId">Under which the dashboard is registered there.</param>
/// <param name="ClientSecret">The secret of that registration; null for a public client.</param>
/// <param name="Scopes">What is asked for besides <c>openid</c>.</param>
/// <param name="NameClaim">The claim that names the account.</param>
/// <param name="GroupsClaim">The claim that lists groups.</param>
/// <param name="Grants">What groups may do; everybody, for <c>*</c>.</param>
public sealed record OpenIdOptions(
    Uri Authority, string ClientId, string? ClientSecret, ImmutableArray<string> Scopes, string NameClaim, string GroupsClaim, ImmutableArray<OpenIdGrant> Grants)
{
    private const string Prefix = $"{DashboardOptions.Section}:OpenId";

    /// <summary>Reads the keys.</summary>
    /// <returns>Null where no provider is set, or a key is wrong.</returns>
    internal static OpenIdOptions? Read(OptionReader keys)
    {
        string? authority = keys.Text($"{Prefix}:Authority");
        string? client = keys.Text($"{Prefix}:ClientId");
        string? secret = keys.FileText($"{Prefix}:ClientSecretFile");
        string scopes = keys.Text($"{Prefix}:Scopes") ?? "profile";
        string name = keys.Text($"{Prefix}:NameClaim") ?? "preferred_username";
        string groups = keys.Text($"{Prefix}:GroupsClaim") ?? "groups";
        ImmutableArray<OpenIdGrant> grants = ReadGrants(keys);
        if (authority is null)
        {
            return null;
        }

        if (!Uri.TryCreate(authority, UriKind.Absolute, out Uri? address) || !(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)))
        {
            keys.Errors.Add($"{Prefix}:Authority is '{authority}': set it to the provider's issuer, an https address; http only on loopback.");
            return null;
        }

        if (client is null || grants.IsEmpty)
        {
            keys.Errors.Add($"{Prefix}:Authority is set, but {(client is null ? "ClientId" : "Grants")} is not: name the client id that the provider gave, and what its groups may do, such as "
                + $"{Prefix}:Grants=tdx-admins=administrator:*;lab=operator:lab;*=viewer:*.");
            return null;
        }

        return new OpenIdOptions(address, client, secret, [.. scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)], name, groups, grants);
    }

    private static ImmutableArray<OpenIdGrant> ReadGrants(OptionReader keys)
    {
        string? text = keys.Text($"{Prefix}:Grants");
        var grants = ImmutableArray.CreateBuilder<OpenIdGrant>();
        foreach (string part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.LastIndexOf('=');
            if (equals > 0 && Grant.Parse(part[(equals + 1)..]) is { } grant)
            {
                grants.Add(new OpenIdGrant(part[..equals], grant));
            }
            else
            {
                keys.Errors.Add($"{Prefix}:Grants holds '{part}': write GROUP=ROLE:WHERE, such as tdx-admins=administrator:* or lab=operator:lab.");
            }
        }

        return grants.ToImmutable();
    }
}
