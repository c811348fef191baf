using System.Collections.Concurrent;
using System.Data.Common;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>All accounts, in memory and in the store. Changes come one after the other, and at least one account that can change everything stays. Another node may change them too: what a change
/// builds on is looked up again where it is stored.</summary>
internal sealed class AccountBook(StoreEngine store, StoreWriter writer, TimeProvider time) : IDisposable
{
    /// <summary>Why the last account that can change everything keeps that right.</summary>
    public const string LastOne = "This is the last account that administers everything and is enabled. Give another one the role first.";

    // A request waits for it.
    private static readonly TimeSpan LearnWithin = TimeSpan.FromSeconds(1);

    private const string Meanwhile = "The account was changed meanwhile. Try again.";

    private readonly ConcurrentDictionary<long, Account> _accounts = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Listeners<long> _listeners = new();

    /// <summary>Every account by name.</summary>
    public IReadOnlyList<Account> All => [.. _accounts.Values.OrderBy(account => account.Name.ToString(), StringComparer.OrdinalIgnoreCase)];

    /// <summary>Whether there is an account that can change everything.</summary>
    public bool HasAdministrator => _accounts.Values.Any(account => account.IsAdministrator);

    /// <summary>Loads them from the store.</summary>
    public void Load()
    {
        using DbConnection connection = store.OpenReader();
        foreach (Account account in AccountTable.All(connection))
        {
            _accounts[account.Id] = account;
        }
    }

    /// <summary>Reads them again, as another node may have changed them.</summary>
    public void Reload()
    {
        // No change of this node's own comes between what is read and what is kept.
        _turn.Wait();
        try
        {
            using DbConnection connection = store.OpenReader();
            var stored = AccountTable.All(connection).ToDictionary(account => account.Id);
            foreach (Account account in stored.Values)
            {
                Take(account);
            }

            foreach (long gone in _accounts.Keys.Where(id => !stored.ContainsKey(id)))
            {
                Drop(gone);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>One account, or null.</summary>
    public Account? Find(long id) => _accounts.GetValueOrDefault(id);

    /// <summary>One account as it is stored now, as another node may have added or changed it this moment.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="DbException">The store does not answer.</exception>
    /// <exception cref="TimeoutException">A change is under way for too long.</exception>
    public Account? Learn(long id)
    {
        // No change of this node's own comes between what is read and what is kept.
        if (!_turn.Wait(LearnWithin))
        {
            throw new TimeoutException($"A change of an account takes longer than {LearnWithin.TotalSeconds:0} s.");
        }

        try
        {
            using DbConnection connection = store.OpenReader();
            if (AccountTable.Find(connection, id) is { } account)
            {
                Take(account);
            }
            else
            {
                Drop(id);
            }

            return Find(id);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>One account by its name, or null.</summary>
    public Account? Find(AccountName name) => _accounts.Values.FirstOrDefault(account => Is(account, name));

    /// <summary>One account by who it is at the OpenID provider, or null.</summary>
    public Account? FindSubject(string subject) => _accounts.Values.FirstOrDefault(account => account.Subject == subject);

    /// <summary>Calls back with each account that changed or is gone, on any thread, never for long. Disposing ends it.</summary>
    public IDisposable Subscribe(Action<long> onChange) => _listeners.Add(onChange);

    /// <summary>Adds an account.</summary>
    /// <returns>It, or why not and what to do.</returns>
    public Task<(Account? Account, string? Problem)> AddAsync(Account draft, Actor by) => InTurnAsync(async () =>
    {
        if (Find(draft.Name) is not null)
        {
            return (null, $"There is an account '{draft.Name}' already. Choose another name.");
        }

        DateTimeOffset now = time.GetUtcNow();
        DirectOutcome<Account> outcome = await new DirectWork<Account>(transaction =>
        {
            return Add(transaction, draft, by, now);
        }).RunAsync(writer);
        if (outcome.Result is { } account)
        {
            Take(account);
        }

        return (outcome.Result, outcome.Failure);
    });

    /// <summary>Changes an account.</summary>
    /// <param name="id">Which.</param>
    /// <param name="change">Gives it as it shall be; null where it is not any more what the caller took it for.</param>
    /// <param name="action">For the audit log, such as <c>account.grants</c>; empty for what another entry tells of.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>Null when it is stored, else why not and what to do.</returns>
    public async Task<string?> ChangeAsync(long id, Func<Account, Account?> change, string action, Actor by) => (await InTurnAsync(async () =>
    {
        if (Find(id) is not { } before)
        {
            return (null, "There is no such account any more.");
        }

        if (change(before) is not { } after)
        {
            return (null, Meanwhile);
        }

        if (before.IsAdministrator && !after.IsAdministrator && !HasOtherAdministrator(id))
        {
            return (null, LastOne);
        }

        DateTimeOffset now = time.GetUtcNow();
        DirectOutcome<string?> outcome = await new DirectWork<string?>(transaction =>
        {
            if (Refusal(transaction, before, after) is { } refusal)
            {
                return refusal;
            }

            Store(transaction, before, after, action, by, now);
            return null;
        }).RunAsync(writer);
        if ((outcome.Failure ?? outcome.Result) is null)
        {
            Take(after);
        }

        return ((Account?)null, outcome.Failure ?? outcome.Result);
    })).Problem;

    /// <summary>Uses a link up and sets its account's password, or makes the account, all of it or nothing.</summary>
    /// <param name="link">The link.</param>
    /// <param name="chosen">The account's name.</param>
    /// <param name="hash">The hash of the password.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>The account, or why not and what to do.</returns>
    public Task<(Account? Account, string? Problem)> UseAsync(LinkRow link, AccountName chosen, string hash, Actor by) => InTurnAsync(async () =>
    {
        Account? known = link.Account is { } id ? Find(id) : null;
        if (link.Account is not null ? known is not { IsDisabled: false, Subject: null } : link.Name is null && HasAdministrator)
        {
            return (null, LinkBook.Gone);
        }

        if (link.Account is null && Find(chosen) is not null)
        {
            return (null, $"There is an account '{chosen}' already. {(link.Name is null ? "Choose another name." : "Ask for another link.")}");
        }

        DateTimeOffset now = time.GetUtcNow();
        DirectOutcome<Account?> outcome = await new DirectWork<Account?>(transaction =>
        {
            if (!LinkTable.Take(transaction, link.Key))
            {
                return null;
            }

            if (known is null)
            {
                return Add(transaction, new Account { Id = 0, Name = chosen, PasswordHash = hash, Grants = AccountTable.Grants(link.Grants), CreatedAt = now, SignedInAt = now }, by, now);
            }

            if (AccountTable.Find(transaction, known.Id) is not { IsDisabled: false, Subject: null } before)
            {
                return null;
            }

            Account after = before with { PasswordHash = hash, SignedInAt = now };
            Store(transaction, before, after, "account.password", by, now);
            return after;
        }).RunAsync(writer);
        if (outcome.Result is { } account)
        {
            Take(account);
        }

        return (outcome.Result, outcome.Result is null ? outcome.Failure ?? LinkBook.Gone : null);
    });

    /// <summary>Removes an account with its sessions and API tokens.</summary>
    /// <returns>Null when it is gone, else why not and what to do.</returns>
    public async Task<string?> RemoveAsync(long id, Actor by) => (await InTurnAsync(async () =>
    {
        if (Find(id) is not { } account)
        {
            return (null, null);
        }

        if (account.IsAdministrator && !HasOtherAdministrator(id))
        {
            return (null, LastOne);
        }

        DateTimeOffset now = time.GetUtcNow();
        DirectOutcome<string?> outcome = await new DirectWork<string?>(transaction =>
        {
            if (account.IsAdministrator && !AccountTable.HasOtherAdministrator(transaction, id))
            {
                return LastOne;
            }

            AccountTable.Remove(transaction, id);
            transaction.Audit(new AuditEntry(by, "account.remove", account.Name.ToString(), ""), now);
            return null;
        }).RunAsync(writer);
        if ((outcome.Failure ?? outcome.Result) is null)
        {
            Drop(id);
        }

        return ((Account?)null, outcome.Failure ?? outcome.Result);
    })).Problem;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static Account Add(StoreTransaction transaction, Account draft, Actor by, DateTimeOffset now)
    {
        Account added = AccountTable.Add(transaction, draft with { CreatedAt = now });
        if (added.IsAdministrator)
        {
            LinkTable.EndFirst(transaction);
        }

        transaction.Audit(new AuditEntry(by, "account.add", draft.Name.ToString(), AccountTable.Written(draft.Grants)), now);
        return added;
    }

    // Another node may have changed it since this one read it.
    private static string? Refusal(StoreTransaction transaction, Account before, Account after)
    {
        bool isSame = AccountTable.Find(transaction, before.Id) is { } stored && stored.PasswordHash == before.PasswordHash && stored.IsDisabled == before.IsDisabled
            && AccountTable.Written(stored.Grants) == AccountTable.Written(before.Grants);
        return !isSame ? Meanwhile
            : before.IsAdministrator && !after.IsAdministrator && !AccountTable.HasOtherAdministrator(transaction, before.Id) ? LastOne
            : null;
    }

    // A link was made for the account as it was: it does not outlive a new password or that the account is shut.
    private static void Store(StoreTransaction transaction, Account before, Account after, string action, Actor by, DateTimeOffset now)
    {
        AccountTable.Change(transaction, after);
        if (before.PasswordHash != after.PasswordHash || before.IsDisabled != after.IsDisabled)
        {
            LinkTable.EndOf(transaction, after.Id);
        }

        bool isSame = before.Grants.SequenceEqual(after.Grants);
        if (action.Length > 0 || !isSame)
        {
            string detail = isSame ? "" : $"{AccountTable.Written(before.Grants)} -> {AccountTable.Written(after.Grants)}";
            transaction.Audit(new AuditEntry(by, action.Length > 0 ? action : "account.grants", after.Name.ToString(), detail), now);
        }
    }

    private static bool Is(Account account, AccountName name) => string.Equals(account.Name.ToString(), name.ToString(), StringComparison.OrdinalIgnoreCase);

    private bool HasOtherAdministrator(long id) => _accounts.Values.Any(account => account.Id != id && account.IsAdministrator);

    private async Task<(Account? Account, string? Problem)> InTurnAsync(Func<Task<(Account?, string?)>> change)
    {
        await _turn.WaitAsync();
        try
        {
            return await change();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Drop(long id)
    {
        if (_accounts.TryRemove(id, out _))
        {
            _listeners.Tell(id);
        }
    }

    // Pages ask what somebody may do: that a person signed in concerns none of them.
    private void Take(Account account)
    {
        bool isNews = !_accounts.TryGetValue(account.Id, out Account? before) || before.IsDisabled != account.IsDisabled || !before.Grants.SequenceEqual(account.Grants);
        _accounts[account.Id] = account;
        if (isNews)
        {
            _listeners.Tell(account.Id);
        }
    }
}
