using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
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

    private readonly StoreWriter _writer;
    private readonly AccountBook _accounts;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, ApiToken> _tokens;

    public TokenBook(StorePath path, StoreWriter writer, AccountBook accounts, TimeProvider time)
    {
        (_writer, _accounts, _time) = (writer, accounts, time);
        using SqliteConnection connection = path.OpenReader();
        _tokens = new(TokenTable.All(connection).ToDictionary(token => token.Key));
    }

    /// <summary>The tokens of an account, the newest first.</summary>
    public IReadOnlyList<ApiToken> Of(long account) => [.. _tokens.Values.Where(token => token.Account == account).OrderByDescending(token => token.Id)];

    /// <summary>Makes a token.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="grant">What it may do at most.</param>
    /// <param name="life">How long it holds.</param>
    /// <param name="by">Who makes it.</param>
    /// <returns>The token's secret, shown once, or why not and what to do.</returns>
    public async Task<(Secret? Secret, string? Problem)> MakeAsync(Account account, string? name, Grant grant, TimeSpan life, Actor by)
    {
        string shown = ShownText.Limit(name?.Trim() ?? "", MostName);
        if (shown.Length == 0)
        {
            return (null, "Say what the token is for, so that whoever finds it in the list knows.");
        }

        if (life <= TimeSpan.Zero || life > Longest)
        {
            return (null, $"A token holds for one to {Longest.TotalDays:0} days.");
        }

        if (!new Rights(account.Grants).May(grant.Role, grant.Group))
        {
            return (null, $"You may not do '{grant}' yourself; a token can do no more than its account.");
        }

        if (Of(account.Id).Count >= MostOfAccount)
        {
            return (null, $"An account has at most {MostOfAccount} tokens. Remove one first.");
        }

        Secret secret = Secret.Make(Prefix);
        DateTimeOffset now = _time.GetUtcNow();
        var draft = new ApiToken(0, secret.Key, account.Id, shown, [grant], now, now + life, null);
        DirectOutcome<ApiToken> outcome = await new DirectWork<ApiToken>(transaction =>
        {
            ApiToken added = TokenTable.Add(transaction, draft);
            transaction.Audit(new AuditEntry(by, "api-token.add", shown, $"{grant} until {draft.ExpiresAt:u}"), now);
            return added;
        }).RunAsync(_writer);
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
        if (key is null || !_tokens.TryGetValue(key, out ApiToken? token) || _accounts.Find(token.Account) is not { IsDisabled: false } account)
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
}
