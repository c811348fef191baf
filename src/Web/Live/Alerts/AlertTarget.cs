using MimeKit;

namespace TdxDash.Web.Live.Alerts;

/// <summary>How a target is told.</summary>
public enum AlertTargetKind
{
    /// <summary>A POST of <see cref="Delivery.AlertMessage"/> as JSON.</summary>
    Webhook,

    /// <summary>Alertmanager's own interface.</summary>
    Alertmanager,

    /// <summary>An e-mail by SMTP.</summary>
    Mail,
}

/// <summary>Who is told of alerts, and how the telling goes.</summary>
public sealed record AlertTarget
{
    /// <summary>The most targets.</summary>
    public const int MostTargets = 20;

    /// <summary>Each kind with its word.</summary>
    public static IReadOnlyDictionary<string, AlertTargetKind> Kinds { get; } = new Dictionary<string, AlertTargetKind>(StringComparer.Ordinal)
    {
        ["webhook"] = AlertTargetKind.Webhook,
        ["alertmanager"] = AlertTargetKind.Alertmanager,
        ["mail"] = AlertTargetKind.Mail,
    };

    /// <summary>The store's number.</summary>
    public required long Id { get; init; }

    /// <summary>What it is and where.</summary>
    public required TargetDraft Draft { get; init; }

    /// <summary>Whether it is told anything.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Whether it stands in the dashboard's settings, and so is not changed on the page.</summary>
    public bool IsFromSettings { get; init; }

    /// <summary>The secret as the key files protect it; null for none.</summary>
    internal string? ProtectedSecret { get; init; }

    /// <summary>Whether there is a secret.</summary>
    public bool HasSecret => ProtectedSecret is not null;

    /// <summary>Events up to this one are from before it was there.</summary>
    internal long FirstEvent { get; init; }

    /// <summary>When it last took a message; null for never.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Why the last message was not taken; null when it was.</summary>
    public string? Failure { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Events that it was never told of, because they grew too old or too many.</summary>
    public long Dropped { get; init; }

    /// <summary>The word of a kind.</summary>
    public static string Word(AlertTargetKind kind) => Kinds.First(pair => pair.Value == kind).Key;
}

/// <summary>A target as somebody writes it down.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">How it is told.</param>
/// <param name="Address">An http or https address; for mail <c>smtp://HOST:587</c> (STARTTLS) or <c>smtps://HOST:465</c> (TLS from the start).</param>
/// <param name="Sender">For mail: whom it is from.</param>
/// <param name="Recipients">For mail: to whom, separated by commas.</param>
/// <param name="User">The user to sign in as; empty for none.</param>
public sealed record TargetDraft(string Name, AlertTargetKind Kind, string Address, string Sender = "", string Recipients = "", string User = "")
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 40;

    /// <summary>The longest address, in characters.</summary>
    public const int MaxAddress = 1_000;

    /// <summary>The longest user or secret, in characters.</summary>
    public const int MaxSecret = 1_000;

    /// <summary>Says what is wrong with a secret.</summary>
    /// <returns>Null when nothing is.</returns>
    public static string? SecretProblem(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return secret.Length > MaxSecret ? FormattableString.Invariant($"A secret has at most {MaxSecret} characters.")
            : secret.Any(letter => letter is < ' ' or > '~') ? "The secret has a line break or a letter beyond ASCII: paste it without."
            : null;
    }

    /// <summary>The most recipients.</summary>
    public const int MostRecipients = 20;

    private const int SubmissionPort = 587; // RFC 6409
    private const int SubmissionsPort = 465; // RFC 8314

    /// <summary>The address, read.</summary>
    public Uri Uri => new(Address);

    /// <summary>For mail: the port.</summary>
    public int MailPort => Uri.IsDefaultPort || Uri.Port <= 0 ? (IsTlsFromTheStart ? SubmissionsPort : SubmissionPort) : Uri.Port;

    /// <summary>For mail: whether TLS comes before the first word.</summary>
    public bool IsTlsFromTheStart => Uri.Scheme == "smtps";

    /// <summary>Where the secret goes to: a kept secret is not sent to another place.</summary>
    public string Place => $"{Uri.Scheme}://{Uri.Authority}";

    /// <summary>For mail: whom it is from.</summary>
    public MailboxAddress From() => MailboxAddress.Parse(Sender);

    /// <summary>For mail: to whom.</summary>
    public IReadOnlyList<MailboxAddress> To() => [.. InternetAddressList.Parse(Recipients).Mailboxes];

    /// <summary>What is wrong with it and what to do; null when nothing is.</summary>
    public string? Problem() =>
        Name.Trim().Length is 0 or > MaxName || Name.Any(char.IsControl) ? FormattableString.Invariant($"A target's name has 1 to {MaxName} characters.")
        : User.Length > MaxSecret || User.Any(char.IsControl) ? FormattableString.Invariant($"A user has at most {MaxSecret} characters, none of them a control character.")
        : Kind == AlertTargetKind.Mail ? MailProblem() : WebProblem();

    private string? WebProblem() => !IsAddress(out Uri? uri) || uri.Scheme is not ("http" or "https")
        ? "The address of a webhook or of Alertmanager begins with http:// or https://, as https://alerts.example.com/tdx."
        : UserInfoProblem(uri);

    private string? MailProblem()
    {
        if (!IsAddress(out Uri? uri) || uri.Scheme is not ("smtp" or "smtps") || uri.PathAndQuery.Trim('/').Length > 0)
        {
            return "A mail server is written smtp://mail.example.com:587 (STARTTLS) or smtps://mail.example.com:465 (TLS from the start).";
        }

        return !IsMailbox(Sender) ? "The sender is no e-mail address: write it as tdxdash@example.com."
            : !InternetAddressList.TryParse(Recipients, out InternetAddressList? to) || to.Mailboxes.Count() is 0 or > MostRecipients
                ? FormattableString.Invariant($"The recipients are 1 to {MostRecipients} e-mail addresses, separated by commas.")
            : UserInfoProblem(uri);
    }

    // The library's own TryParse throws where there is nothing to parse.
    private static bool IsMailbox(string text)
    {
        try
        {
            return MailboxAddress.TryParse(text, out _);
        }
        catch (ParseException)
        {
            return false;
        }
    }

    private static string? UserInfoProblem(Uri uri) => uri.UserInfo.Length > 0 || uri.Fragment.Length > 0
        ? "An address holds no user, password or fragment: put them into their own fields, where they are kept secret." : null;

    private bool IsAddress([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? uri)
    {
        uri = null;
        return Address.Length <= MaxAddress && Uri.TryCreate(Address, UriKind.Absolute, out uri) && uri.Host.Length > 0;
    }
}
