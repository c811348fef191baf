using Microsoft.AspNetCore.Identity;

namespace TdxDash.Web.Security.Access;

/// <summary>Hashes and checks passwords.</summary>
public sealed class Passwords
{
    /// <summary>The shortest password, in characters: OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends 15.</summary>
    public const int MinLength = 12;

    /// <summary>The longest password, in characters: ASVS 6.2.9 asks to accept 64 at least.</summary>
    public const int MaxLength = 256;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512: OWASP Password Storage Cheat Sheet, PBKDF2.</summary>
    public const int Iterations = 210_000;

    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> _hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _decoy;

    /// <summary>Makes it.</summary>
    public Passwords() => _decoy = new Lazy<string>(() => _hasher.HashPassword(Nobody, Secret.Make().Text));

    /// <summary>Hashes a password with a salt of its own.</summary>
    public string Hash(string password) => _hasher.HashPassword(Nobody, password);

    /// <summary>Checks a password. Without a hash it takes as long, so that nobody learns by the clock which names exist.</summary>
    /// <returns>Whether it is right, and whether it should be hashed anew as an older version hashed it more weakly.</returns>
    public (bool IsRight, bool IsOld) Check(string? hash, string password)
    {
        PasswordVerificationResult result = _hasher.VerifyHashedPassword(Nobody, hash ?? _decoy.Value, password);
        return (hash is not null && result != PasswordVerificationResult.Failed, hash is not null && result == PasswordVerificationResult.SuccessRehashNeeded);
    }

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
