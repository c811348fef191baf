using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Sockets;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>Who is signed in, in memory and in the store, so that a restart signs nobody out, and every node knows who signed in at another.</summary>
internal sealed class SessionBook
{
    /// <summary>The most sessions of one account; the one that was idle for longest gives way.</summary>
    public const int MostOfAccount = 20;

    private readonly StoreEngine _store;
    private readonly StoreWriter _writer;
    private readonly AccountBook _accounts;
    private readonly TimeProvider _time;
    private readonly SessionLimits _limits;
    private readonly ConcurrentDictionary<string, Session> _sessions;
    private readonly Listeners<string> _ended = new();
    private readonly MissedKeys _missed;

    // Ended here, and maybe still in the store: they do not come back from there.
    private readonly ConcurrentDictionary<string, byte> _gone = new();

    public SessionBook(StoreEngine store, StoreWriter writer, AccountBook accounts, DashboardOptions options, TimeProvider time)
    {
        (_store, _writer, _accounts, _time, _limits, _missed) = (store, writer, accounts, time, options.Sessions, new MissedKeys(time));
        using DbConnection connection = store.OpenReader();
        _sessions = new(SessionTable.All(connection).ToDictionary(row => row.Key, Loaded));
        accounts.Subscribe(OnAccount);
    }

    /// <summary>Calls back with the key of each session that ended, on any thread, never for long. Disposing ends it.</summary>
    public IDisposable SubscribeEnds(Action<string> onEnd) => _ended.Add(onEnd);

    /// <summary>The sessions of an account, the one that was used last first.</summary>
    public IReadOnlyList<Session> Of(long account) => [.. _sessions.Values.Where(session => session.Row.Account == account && !session.IsOver(_limits)).OrderBy(session => session.Idle)];

    /// <summary>Reads them again, as another node may have started, used or ended some.</summary>
    public void Reload()
    {
        // What is kept from now on is in the store by then.
        string[] known = [.. _sessions.Keys], ended = [.. _gone.Keys];
        using DbConnection connection = _store.OpenReader();
        var stored = SessionTable.All(connection).ToDictionary(row => row.Key);
        foreach (SessionRow row in stored.Values.Where(row => !_gone.ContainsKey(row.Key)))
        {
            Keep(row);
        }

        foreach (string gone in ended.Where(key => !stored.ContainsKey(key)))
        {
            _gone.TryRemove(gone, out _);
        }

        foreach (string key in known.Where(key => !stored.ContainsKey(key) && _sessions.TryRemove(key, out _)))
        {
            _ended.Tell(key);
        }
    }

    /// <summary>Starts a session of an account.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="by">Who signs in, from where.</param>
    /// <param name="browser">What the browser calls itself.</param>
    /// <returns>The secret for its cookie, or why not and what to do.</returns>
    public async Task<(Secret? Secret, string? Problem)> StartAsync(Account account, Actor by, string browser)
    {
        Secret secret = Secret.Make();
        DateTimeOffset now = _time.GetUtcNow();
        var row = new SessionRow(secret.Key, account.Id, now, now, by.Address, ShownText.Limit(browser, ShownText.MaxName));
        DirectOutcome<bool> outcome = await new DirectWork<bool>(transaction =>
        {
            SessionTable.Add(transaction, row);
            transaction.Audit(new AuditEntry(by, "session.start", account.Name.ToString(), row.Browser), now);
            return true;
        }).RunAsync(_writer);
        if (outcome.Failure is not null)
        {
            return (null, outcome.Failure);
        }

        _sessions[secret.Key] = new Session(row, _time, TimeSpan.Zero, TimeSpan.Zero);
        // What changed while it was stored: whoever changed it has ended the sessions that were there.
        if (_accounts.Find(account.Id) is not { IsDisabled: false } current || current.PasswordHash != account.PasswordHash)
        {
            await EndAsync(secret.Key, Actor.System, "the account was changed meanwhile");
            return (null, "The account was changed meanwhile. Try again.");
        }

        foreach (Session old in Of(account.Id).Skip(MostOfAccount))
        {
            await EndAsync(old.Row.Key, by, "more sessions than one account may have");
        }

        return (secret, null);
    }

    /// <summary>The account that a session belongs to.</summary>
    /// <param name="key">The session's key.</param>
    /// <param name="isUse">Whether somebody does something, which starts its idle time anew.</param>
    /// <returns>Null when the session is over, or the account is gone or disabled; or nobody can tell now, see <see cref="IsUnsure"/>.</returns>
    public Account? Find(string? key, bool isUse)
    {
        // The store is asked for those alone who begin something: pages that are drawn have been let in before.
        if (key is null || (_sessions.GetValueOrDefault(key) ?? (isUse ? Learn(key) : null)) is not { } session)
        {
            return null;
        }

        // Another node may know of its last use. Once in its life, where it is really over.
        if (session.Idle >= _limits.Idle && _store.IsShared && Learn(key) is null)
        {
            return null;
        }

        if (session.IsOver(_limits))
        {
            _ = EndAsync(key, Actor.System, "a limit of time has passed");
            return null;
        }

        if (AccountOf(session, isUse) is not { } account)
        {
            return null;
        }

        if (isUse && session.Touch(_limits))
        {
            DateTimeOffset now = _time.GetUtcNow();
            _ = new DirectWork<bool>(transaction =>
            {
                SessionTable.Seen(transaction, key, now);
                return true;
            }).RunAsync(_writer);
        }

        return account;
    }

    /// <summary>Whether the last answer for a key was none because the store could not be asked, and not because the session is over.</summary>
    public bool IsUnsure(string? key) => key is not null && _missed.IsUnsure(key);

    /// <summary>Ends a session: its pages lose their rights at once. That holds also where the store cannot keep it now.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="by">Who ends it.</param>
    /// <param name="why">For the audit log.</param>
    public async Task EndAsync(string key, Actor by, string why)
    {
        // Noted before it goes, so that nobody who reads the store meanwhile brings it back.
        bool isNoted = _store.IsShared && _gone.TryAdd(key, 0);
        if (!_sessions.TryRemove(key, out Session? session))
        {
            if (isNoted)
            {
                _gone.TryRemove(key, out _);
            }

            return;
        }

        DateTimeOffset now = _time.GetUtcNow();

        string name = _accounts.Find(session.Row.Account)?.Name.ToString() ?? "";
        Task stored = new DirectWork<bool>(transaction =>
        {
            if (SessionTable.Remove(transaction, key))
            {
                transaction.Audit(new AuditEntry(by, "session.end", name, why), now);
            }

            return true;
        }).RunAsync(_writer);
        _ended.Tell(key);
        await stored;
    }

    // A clock that was set back makes no session younger than it is.
    private static TimeSpan Since(DateTimeOffset at, DateTimeOffset now) => now > at ? now - at : TimeSpan.Zero;

    private Session Loaded(SessionRow row)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return new Session(row, _time, Since(row.StartedAt, now), Since(row.SeenAt, now));
    }

    // Another node started it this moment, or knows of its last use.
    private Session? Learn(string key)
    {
        if (!_store.IsShared || _gone.ContainsKey(key) || _missed.Has(key))
        {
            return null;
        }

        try
        {
            using DbConnection connection = _store.OpenReader();
            // Looked up again once it is known, so that one that ends meanwhile does not stay.
            if (SessionTable.Find(connection, key) is { } row && Keep(row) is { } session && SessionTable.Find(connection, key) is not null)
            {
                return session;
            }
        }
        catch (Exception e) when (IsUnanswered(e))
        {
            _missed.Add(key, isSure: false);
            return null;
        }

        if (_sessions.TryRemove(key, out _))
        {
            _ended.Tell(key);
        }

        _missed.Add(key, isSure: true);
        return null;
    }

    // Null where it ended here meanwhile.
    private Session? Keep(SessionRow row)
    {
        Session session = _sessions.GetOrAdd(row.Key, _ => Loaded(row));
        session.Seen(Since(row.SeenAt, _time.GetUtcNow()));
        if (!_gone.ContainsKey(row.Key))
        {
            return session;
        }

        _sessions.TryRemove(row.Key, out _);
        return null;
    }

    // A session ends by what the store says of its account, never because this node does not know it yet.
    private Account? AccountOf(Session session, bool isUse)
    {
        if (_accounts.Find(session.Row.Account) is { IsDisabled: false } known)
        {
            return known;
        }

        string key = session.Row.Key;
        if (_store.IsShared)
        {
            if (!isUse || _missed.Has(key))
            {
                return null;
            }

            try
            {
                if (_accounts.Learn(session.Row.Account) is { IsDisabled: false } learned)
                {
                    return learned;
                }
            }
            catch (Exception e) when (IsUnanswered(e))
            {
                _missed.Add(key, isSure: false);
                return null;
            }
        }

        _ = EndAsync(key, Actor.System, "the account may not sign in");
        return null;
    }

    private static bool IsUnanswered(Exception e) => e is DbException or TimeoutException or SocketException;

    private void OnAccount(long id)
    {
        if (_accounts.Find(id) is { IsDisabled: false })
        {
            return;
        }

        foreach (Session session in _sessions.Values.Where(session => session.Row.Account == id))
        {
            _ = EndAsync(session.Row.Key, Actor.System, "the account may not sign in");
        }
    }
}
