using Microsoft.AspNetCore.Identity;

namespace TdxDash.Web.Security.Access;

/// <summary>Hashes and checks passwords.</summary>
public sealed class Passwords : IDisposable
{
    /// <summary>The shortest password, in characters: OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends 15.</summary>
    public const int MinLength = 12;

    /// <summary>The longest password, in characters: ASVS 6.2.9 asks to accept 64 at least.</summary>
    public const int MaxLength = 256;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512: OWASP Password Storage Cheat Sheet, PBKDF2.</summary>
    public const int Iterations = 210_000;

    // Each takes a core for a tenth of a second: half of the cores stay with probes and pages, however many guess.
    private static readonly int AtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly object Nobody = new();

    private readonly SemaphoreSlim _turn = new(AtOnce);
    private readonly PasswordHasher<object> _hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _decoy;

    /// <summary>Makes it.</summary>
    public Passwords() => _decoy = new Lazy<string>(() => _hasher.HashPassword(Nobody, Secret.Make().Text));

    /// <summary>Hashes a password with a salt of its own.</summary>
    public async Task<string> HashAsync(string password)
    {
        await _turn.WaitAsync();
        try
        {
            return await Task.Run(() => _hasher.HashPassword(Nobody, password));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Checks a password. Without a hash it takes as long, so that nobody learns by the clock which names exist.</summary>
    /// <returns>Whether it is right, and whether it should be hashed anew as an older version hashed it more weakly; null where too many are being checked.</returns>
    public async Task<(bool IsRight, bool IsOld)?> CheckAsync(string? hash, string password)
    {
        if (!await _turn.WaitAsync(Patience))
        {
            return null;
        }

        try
        {
            PasswordVerificationResult result = await Task.Run(() => _hasher.VerifyHashedPassword(Nobody, hash ?? _decoy.Value, password));
            return (hash is not null && result != PasswordVerificationResult.Failed, hash is not null && result == PasswordVerificationResult.SuccessRehashNeeded);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Says what is wrong with a new password.</summary>
    /// <returns>Null when it is good enough.</returns>
    public static string? Problem(string? password, string name) => password switch
    {
        null or { Length: < MinLength } => $"A password has at least {MinLength} characters. A sentence is easy to remember and hard to guess.",
        { Length: > MaxLength } => $"A password has at most {MaxLength} characters.",
        _ when name.Length > 0 && password.Contains(name, StringComparison.OrdinalIgnoreCase) => "The password must not contain the account's name.",
        _ when password.Distinct().Count() < 5 => "The password has fewer than five different characters.",
        _ => null,
    };
}
