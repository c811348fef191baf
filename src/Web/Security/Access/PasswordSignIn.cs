using System.Globalization;
using System.Net;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Signs people in by name and password.</summary>
internal sealed class PasswordSignIn(AccountBook accounts, SessionBook sessions, Passwords passwords, SignInThrottle throttle, AuditLog audit)
{
    private const string Wrong = "The name or the password is wrong.";
    private const string Busy = "More passwords are being checked than the dashboard has room for. Try again in a moment.";

    /// <summary>Checks a name and password and starts a session.</summary>
    /// <param name="name">The name, from outside.</param>
    /// <param name="password">The password, from outside.</param>
    /// <param name="address">From where.</param>
    /// <param name="browser">What the browser calls itself.</param>
    /// <returns>The session's secret, or why not and what to do. Which of name and password is wrong is not said.</returns>
    public async Task<(Secret? Secret, string? Problem)> TryAsync(string? name, string? password, IPAddress? address, string browser)
    {
        Account? account = AccountName.TryParse(name, out AccountName known) ? accounts.Find(known) : null;
        string key = account?.Name.ToString() ?? ShownText.Limit(name ?? "", AccountName.MaxLength);
        if (throttle.Begin(key, address) is { Ticks: > 0 } wait)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalMinutes):0} min."));
        }

        string tried = password is { Length: <= Passwords.MaxLength } ? password : "";
        if (await passwords.CheckAsync(account?.PasswordHash, tried) is not (bool isRight, bool isOld))
        {
            throttle.Abandoned(key, address);
            return (null, Busy);
        }

        string from = CallerAddress.Of(address);
        if (!isRight || account!.IsDisabled)
        {
            string why = account is null ? "no such account" : account.IsDisabled && isRight ? "the account is disabled" : "wrong password";
            await audit.AddAsync(new AuditEntry(new Actor(Actor.Anonymous, from), "session.refused", key, why));
            return (null, isRight ? "This account is disabled. Ask an administrator of the dashboard." : Wrong);
        }

        throttle.Succeeded(key, address);
        var by = new Actor(key, from);
        string? hash = isOld ? await passwords.HashAsync(tried) : account.PasswordHash;
        // As it was checked: a password that was changed meanwhile must neither come back nor let anybody in.
        string? problem = await accounts.ChangeAsync(account.Id, before => before.PasswordHash == account.PasswordHash && !before.IsDisabled ? before with { PasswordHash = hash, SignedInAt = audit.Now } : null, "", by);
        return problem is null && accounts.Find(account.Id) is { } signedIn && signedIn.PasswordHash == hash ? await sessions.StartAsync(signedIn, by, browser) : (null, problem ?? Wrong);
    }

    /// <summary>Sets a new password: every session of the account but one ends.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="old">The present password.</param>
    /// <param name="next">The new one.</param>
    /// <param name="keep">The key of the session that stays.</param>
    /// <param name="by">Who changes it.</param>
    /// <returns>Null when it is stored, else why not and what to do.</returns>
    public async Task<string?> ChangePasswordAsync(Account account, string? old, string? next, string? keep, Actor by)
    {
        string name = account.Name.ToString();
        IPAddress? address = IPAddress.TryParse(by.Address, out IPAddress? known) ? known : null;
        if (throttle.Begin(name, address) > TimeSpan.Zero)
        {
            return "Too many wrong passwords. Try again later.";
        }

        if (await passwords.CheckAsync(account.PasswordHash, old is { Length: <= Passwords.MaxLength } ? old : "") is not (bool isRight, _))
        {
            throttle.Abandoned(name, address);
            return Busy;
        }

        if (!isRight)
        {
            await audit.AddAsync(new AuditEntry(by, "account.password-refused", name, "the present password was wrong"));
            return "The present password is wrong.";
        }

        throttle.Succeeded(name, address);
        if (Passwords.Problem(next, name) is { } weak)
        {
            return weak;
        }

        string hash = await passwords.HashAsync(next!);
        string? problem = await accounts.ChangeAsync(account.Id, before => before.PasswordHash == account.PasswordHash ? before with { PasswordHash = hash } : null, "account.password", by);
        if (problem is null)
        {
            await EndOthersAsync(account.Id, keep, by);
        }

        return problem;
    }

    /// <summary>Ends the sessions of an account but one.</summary>
    public async Task EndOthersAsync(long account, string? keep, Actor by)
    {
        foreach (Session session in sessions.Of(account).Where(session => session.Row.Key != keep))
        {
            await sessions.EndAsync(session.Row.Key, by, "ended with others of the account");
        }
    }
}
