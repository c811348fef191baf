using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>A token with which a script or another program calls for an account.</summary>
/// <param name="Id">The store's number for it.</param>
/// <param name="Key">The hash of its secret.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Grants">What it may do at most.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it holds.</param>
/// <param name="UsedAt">When it was last used, to an hour; null for never.</param>
public sealed record ApiToken(long Id, string Key, long Account, string Name, ImmutableArray<Grant> Grants, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt);

/// <summary>All API tokens, in memory and in the store.</summary>
internal sealed class TokenBook
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "tdx_";

    /// <summary>The longest life of a token.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>How long after a sign-in by OpenID Connect the tokens of its account hold: only then the provider says again what somebody may do.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromDays(30);

    /// <summary>The most tokens of an account.</summary>
    public const int MostOfAccount = 50;

    /// <summary>The longest name, in characters.</summary>
    public const int MostName = 64;

    private readonly StoreEngine _store;
    private readonly StoreWriter _writer;
    private readonly AccountBook _accounts;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, ApiToken> _tokens;

    public TokenBook(StoreEngine store, StoreWriter writer, AccountBook accounts, TimeProvider time)
    {
        (_store, _writer, _accounts, _time) = (store, writer, accounts, time);
        using DbConnection connection = store.OpenReader();
        _tokens = new(TokenTable.All(connection).ToDictionary(token => token.Key));
    }

    /// <summary>The tokens of an account, the newest first; those too that a command beside this dashboard made.</summary>
    public IReadOnlyList<ApiToken> Of(long account)
    {
        using DbConnection connection = _store.OpenReader();
        return [.. TokenTable.Of(connection, account)];
    }

    /// <summary>Reads them again, as another node may have removed some; one that is new is looked up when it is used.</summary>
    public void Reload()
    {
        // What is kept from now on is in the store by then.
        string[] known = [.. _tokens.Keys];
        using DbConnection connection = _store.OpenReader();
        var stored = TokenTable.All(connection).Select(token => token.Key).ToHashSet(StringComparer.Ordinal);
        foreach (string key in known.Where(key => !stored.Contains(key)))
        {
            _tokens.TryRemove(key, out _);
        }
    }

    /// <summary>Says what is wrong with a token that is to be made.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="grant">What it may do at most.</param>
    /// <param name="life">How long it holds.</param>
    /// <param name="has">How many the account has.</param>
    /// <returns>Null where it can be made.</returns>
    public static string? Problem(Account account, string? name, Grant grant, TimeSpan life, int has) =>
        Shown(name).Length == 0 ? "Say what the token is for, so that whoever finds it in the list knows."
        : life <= TimeSpan.Zero || life > Longest ? $"A token holds for one to {Longest.TotalDays:0} days."
        : !new Rights(account.Grants).May(grant.Role, grant.Group) ? $"The account may not do '{grant}' itself; a token can do no more than its account."
        : has >= MostOfAccount ? $"An account has at most {MostOfAccount} tokens. Remove one first."
        : null;

    /// <summary>Stores a token, with its line in the audit log.</summary>
    public static ApiToken Add(StoreTransaction transaction, Account account, string? name, Grant grant, TimeSpan life, Secret secret, DateTimeOffset now, Actor by)
    {
        ApiToken added = TokenTable.Add(transaction, new ApiToken(0, secret.Key, account.Id, Shown(name), [grant], now, now + life, null));
        transaction.Audit(new AuditEntry(by, "api-token.add", added.Name, $"{grant} of {account.Name} until {added.ExpiresAt:u}"), now);
        return added;
    }

    /// <summary>Makes a token.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="grant">What it may do at most.</param>
    /// <param name="life">How long it holds.</param>
    /// <param name="by">Who makes it.</param>
    /// <returns>The token's secret, shown once, or why not and what to do.</returns>
    public async Task<(Secret? Secret, string? Problem)> MakeAsync(Account account, string? name, Grant grant, TimeSpan life, Actor by)
    {
        if (Problem(account, name, grant, life, Of(account.Id).Count) is { } problem)
        {
            return (null, problem);
        }

        Secret secret = Secret.Make(Prefix);
        DateTimeOffset now = _time.GetUtcNow();
        DirectOutcome<ApiToken> outcome = await new DirectWork<ApiToken>(transaction => Add(transaction, account, name, grant, life, secret, now, by)).RunAsync(_writer);
        if (outcome.Result is not { } token)
        {
            return (null, outcome.Failure);
        }

        _tokens[token.Key] = token;
        return (secret, null);
    }

    /// <summary>Removes a token: it is refused from now on.</summary>
    /// <returns>Null when it is gone, else why not and what to do.</returns>
    public async Task<string?> RemoveAsync(ApiToken token, Actor by)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DirectOutcome<bool> outcome = await new DirectWork<bool>(transaction =>
        {
            TokenTable.Remove(transaction, token.Id);
            transaction.Audit(new AuditEntry(by, "api-token.remove", token.Name, ""), now);
            return true;
        }).RunAsync(_writer);
        if (outcome.Failure is null)
        {
            _tokens.TryRemove(token.Key, out _);
        }

        return outcome.Failure;
    }

    /// <summary>The token of a secret from outside, and its account.</summary>
    /// <returns>Null when there is none that holds, or its account may not sign in.</returns>
    public (ApiToken Token, Account Account)? Find(string? secret) => FindKey(Secret.KeyOf(secret));

    /// <summary>The token of a key, and its account.</summary>
    /// <returns>Null when there is none that holds, or its account may not sign in.</returns>
    public (ApiToken Token, Account Account)? FindKey(string? key)
    {
        if (key is null || (_tokens.GetValueOrDefault(key) ?? Learn(key)) is not { } token || _accounts.Find(token.Account) is not { IsDisabled: false } account)
        {
            return null;
        }

        DateTimeOffset now = _time.GetUtcNow();
        if (token.ExpiresAt <= now || (account.Subject is not null && now - (account.SignedInAt ?? account.CreatedAt) > TrustedFor))
        {
            return null;
        }

        if (token.UsedAt is not { } used || now - used > TimeSpan.FromHours(1))
        {
            // Unless it was removed this moment.
            _tokens.TryUpdate(key, token with { UsedAt = now }, token);
            _ = new DirectWork<bool>(transaction =>
            {
                TokenTable.Used(transaction, token.Id, now);
                return true;
            }).RunAsync(_writer);
        }

        return (token, account);
    }

    private static string Shown(string? name) => ShownText.Limit(name?.Trim() ?? "", MostName);

    // A command made it since the start. Looked up again once it is known, so that one that is removed meanwhile does not stay.
    private ApiToken? Learn(string key)
    {
        using DbConnection connection = _store.OpenReader();
        if (TokenTable.Find(connection, key) is not { } token)
        {
            return null;
        }

        _tokens[key] = token;
        if (TokenTable.Find(connection, key) is not null)
        {
            return token;
        }

        _tokens.TryRemove(key, out _);
        return null;
    }
}
