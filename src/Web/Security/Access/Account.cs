using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace TdxDash.Web.Security.Access;

/// <summary>An account's name: 1 to <see cref="MaxLength"/> letters, digits and <c>. _ - @ +</c>; case does not tell two apart.</summary>
public readonly record struct AccountName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>What a name has to be, for messages.</summary>
    public const string Rule = "1 to 64 letters, digits, '.', '_', '-', '+' or '@', and not 'system' or 'anonymous'";

    // Who acts by itself in the audit log.
    private static readonly string[] Reserved = [Store.Actor.System.Name, Store.Actor.Anonymous];

    private readonly string? _text;

    private AccountName(string text) => _text = text;

    /// <summary>Takes a name from outside; blanks around it go.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountName name)
    {
        string trimmed = text is { Length: <= 256 } ? text.Trim() : "";
        bool ok = trimmed.Length is > 0 and <= MaxLength && !Reserved.Contains(trimmed, StringComparer.OrdinalIgnoreCase) && trimmed.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-' or '+' or '@');
        name = ok ? new AccountName(trimmed) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>A person who may sign in.</summary>
public sealed record Account
{
    /// <summary>The store's number for it.</summary>
    public required long Id { get; init; }

    /// <summary>Its name.</summary>
    public required AccountName Name { get; init; }

    /// <summary>The hash of its password; null where it has none.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Who it is at the OpenID provider, <c>ISSUER SUBJECT</c>; null for a local account.</summary>
    public string? Subject { get; init; }

    /// <summary>What it may do.</summary>
    public required ImmutableArray<Grant> Grants { get; init; }

    /// <summary>Whether it may not sign in for now.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last signed in; null for never.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>Whether it can change everything, accounts too.</summary>
    public bool IsAdministrator => !IsDisabled && new Rights(Grants).MayEverywhere(Role.Administrator);
}
