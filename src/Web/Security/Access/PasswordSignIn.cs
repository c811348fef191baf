using System.Globalization;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Signs people in by name and password.</summary>
internal sealed class PasswordSignIn(AccountBook accounts, SessionBook sessions, Passwords passwords, SignInThrottle throttle, AuditLog audit)
{
    private const string Wrong = "The name or the password is wrong.";

    /// <summary>Checks a name and password and starts a session.</summary>
    /// <param name="name">The name, from outside.</param>
    /// <param name="password">The password, from outside.</param>
    /// <param name="address">From where.</param>
    /// <param name="browser">What the browser calls itself.</param>
    /// <returns>The session's secret, or why not and what to do. Which of name and password is wrong is not said.</returns>
    public async Task<(Secret? Secret, string? Problem)> TryAsync(string? name, string? password, string address, string browser)
    {
        string shown = ShownText.Limit(name ?? "", AccountName.MaxLength);
        TimeSpan wait = throttle.Wait(shown, address);
        if (wait > TimeSpan.Zero)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalMinutes):0} min."));
        }

        Account? account = AccountName.TryParse(name, out AccountName known) ? accounts.Find(known) : null;
        string tried = password is { Length: <= Passwords.MaxLength } ? password : "";
        (bool isRight, bool isOld) = passwords.Check(account?.PasswordHash, tried);
        var by = new Actor(shown, address);
        if (!isRight || account!.IsDisabled)
        {
            throttle.Failed(shown, address);
            await audit.AddAsync(new AuditEntry(by, "session.refused", shown, account is null ? "no such account" : account.IsDisabled && isRight ? "the account is disabled" : "wrong password"));
            return (null, isRight ? "This account is disabled. Ask an administrator of the dashboard." : Wrong);
        }

        throttle.Succeeded(shown);
        await NoteAsync(account, isOld ? passwords.Hash(tried) : account.PasswordHash, by);
        return await sessions.StartAsync(account, by, browser);
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
        if (throttle.Wait(name, by.Address) > TimeSpan.Zero)
        {
            return "Too many wrong passwords. Try again later.";
        }

        if (!passwords.Check(account.PasswordHash, old ?? "").IsRight)
        {
            throttle.Failed(name, by.Address);
            return "The present password is wrong.";
        }

        if (Passwords.Problem(next, name) is { } weak)
        {
            return weak;
        }

        string hash = passwords.Hash(next!);
        string? problem = await accounts.ChangeAsync(account.Id, before => before with { PasswordHash = hash }, "account.password", by);
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

    private async Task NoteAsync(Account account, string? hash, Actor by) =>
        _ = await accounts.ChangeAsync(account.Id, before => before with { PasswordHash = hash, SignedInAt = audit.Now }, "account.sign-in", by);
}
