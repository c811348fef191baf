using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Options;

/// <summary>A target of alerts that stands in the settings.</summary>
/// <param name="Draft">What it is and where.</param>
/// <param name="Secret">Its secret; empty for none.</param>
public sealed record SetTarget(TargetDraft Draft, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => Draft.ToString();
}

/// <summary>Who is told of alerts, as far as it stands in the settings.</summary>
/// <param name="Link">The dashboard's address for people, for links in messages; null for messages without links.</param>
/// <param name="Targets">The targets.</param>
public sealed record AlertOptions(Uri? Link, IReadOnlyList<SetTarget> Targets)
{
    /// <summary>What the names of these targets end in.</summary>
    public const string NameEnd = " (settings)";

    /// <summary>What <c>--help</c> says of its keys.</summary>
    public const string Help = """
          --TdxDash:Alerts:Link URL        The dashboard's address for people, for links in messages about alerts. Default: no links.
          --TdxDash:Alerts:Webhook:Url URL, :Secret SECRET
                                           Tells a webhook of alerts; with a secret each message is signed.
          --TdxDash:Alerts:Alertmanager:Url URL, :User USER, :Secret SECRET
                                           Tells an Alertmanager; with a secret as bearer token, or as the user's password.
          --TdxDash:Alerts:Mail:Server URL, :From ADDRESS, :To ADDRESSES, :User USER, :Secret SECRET
                                           Tells people by e-mail through smtp://HOST:587 (STARTTLS) or smtps://HOST:465 (TLS).
                                           Give secrets as environment variables (TdxDash__Alerts__Mail__Secret): others can read a command line.
        """;

    private const string Section = DashboardOptions.Section + ":Alerts";

    /// <summary>Nothing is set.</summary>
    public static AlertOptions None { get; } = new(null, []);

    /// <summary>Reads and checks the keys.</summary>
    internal static AlertOptions Read(OptionReader keys)
    {
        var targets = new List<SetTarget>();
        Add(targets, keys, "Webhook", new TargetDraft("webhook" + NameEnd, AlertTargetKind.Webhook, keys.Text($"{Section}:Webhook:Url") ?? ""));
        Add(targets, keys, "Alertmanager", new TargetDraft("alertmanager" + NameEnd, AlertTargetKind.Alertmanager, keys.Text($"{Section}:Alertmanager:Url") ?? "", User: keys.Text($"{Section}:Alertmanager:User") ?? ""));
        Add(targets, keys, "Mail", new TargetDraft("mail" + NameEnd, AlertTargetKind.Mail, keys.Text($"{Section}:Mail:Server") ?? "", keys.Text($"{Section}:Mail:From") ?? "",
            keys.Text($"{Section}:Mail:To") ?? "", keys.Text($"{Section}:Mail:User") ?? ""));
        return new AlertOptions(ReadLink(keys), targets);
    }

    private static void Add(List<SetTarget> targets, OptionReader keys, string name, TargetDraft draft)
    {
        string secret = keys.Text($"{Section}:{name}:Secret") ?? "";
        if (draft.Address.Length == 0)
        {
            if (draft.Sender.Length + draft.Recipients.Length + draft.User.Length + secret.Length > 0)
            {
                keys.Errors.Add($"{Section}:{name} has no address: set {Section}:{name}:{(draft.Kind == AlertTargetKind.Mail ? "Server" : "Url")}, or remove its other keys.");
            }

            return;
        }

        if (draft.Problem() is { } problem)
        {
            keys.Errors.Add($"{Section}:{name} is wrong: {problem}");
        }
        else if (TargetDraft.SecretProblem(secret) is { } wrong)
        {
            keys.Errors.Add($"{Section}:{name}:Secret is wrong: {wrong}");
        }
        else
        {
            targets.Add(new SetTarget(draft, secret));
        }
    }

    private static Uri? ReadLink(OptionReader keys)
    {
        if (keys.Text($"{Section}:Link") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? link) && link.Scheme is "http" or "https" && link.UserInfo.Length == 0)
        {
            return link;
        }

        keys.Errors.Add($"{Section}:Link is '{text}': set it to the address that people open the dashboard by, as https://tdx.example.com.");
        return null;
    }
}
