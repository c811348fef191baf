using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TdxDash.Tdx.Support;

/// <summary>Takes names, addresses and secrets out of texts. One original has one pseudonym in all texts of a bundle, so that they can still be understood together.</summary>
public sealed partial class Redactor
{
    private readonly NameFinder _names = new();
    private readonly Dictionary<(RedactedKind Kind, string Original), string> _pseudonyms = [];
    private readonly Dictionary<RedactedKind, int> _numbers = [];
    private SortedDictionary<RedactedKind, int> _replaced = [];

    /// <summary>How many different originals of a kind have a pseudonym.</summary>
    public IReadOnlyDictionary<RedactedKind, int> Pseudonyms => _numbers;

    /// <summary>Tells of a name that texts may hold. Of a host with a domain both parts are known alone too.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="name">The name; blanks around it do not count.</param>
    public void Know(RedactedKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string original = name.Trim();
        int dot = kind == RedactedKind.HostName ? original.IndexOf('.', StringComparison.Ordinal) : -1;
        if (dot > 0 && dot < original.Length - 1)
        {
            string host = original[..dot];
            Add(original, kind, host);
            Add(host, kind, host);
            Add(original[(dot + 1)..], RedactedKind.Domain, original[(dot + 1)..]);
        }
        else
        {
            Add(original, kind, original);
        }
    }

    /// <summary>Takes everything out of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replaced">What was replaced, and how often.</param>
    public string Apply(string text, out IReadOnlyDictionary<RedactedKind, int> replaced)
    {
        ArgumentNullException.ThrowIfNull(text);
        _replaced = [];
        text = SecretTexts.Replace(text, Count);
        text = CommandLineText().Replace(text, match => match.Groups[1].Value + KernelParameters.Redact(match.Groups[2].Value, Count) + match.Groups[3].Value);
        text = CommandLineMember().Replace(text, match => match.Groups[1].Value + KernelParameters.Redact(match.Groups[2].Value, Count));
        text = MailText().Replace(text, match => Pseudonym(RedactedKind.Mail, match.Value));
        text = HomeText().Replace(text, match => match.Groups[1].Value + Pseudonym(RedactedKind.Person, match.Groups[2].Value));
        text = IdentityText().Replace(text, match => Pseudonym(RedactedKind.Identity, match.Value));
        text = HardwareText().Replace(text, match => Pseudonym(RedactedKind.HardwareAddress, match.Value));
        text = AddressTexts.Replace(text, address => Pseudonym(RedactedKind.Address, address));
        text = UrlHostText().Replace(text, match => match.Groups[1].Value + UrlHost(match.Groups[2].Value));
        text = _names.Replace(text, Pseudonym);
        replaced = _replaced;
        return text;
    }

    private void Add(string written, RedactedKind kind, string original)
    {
        _names.Add(written, kind, original);
        // As JSON writes it.
        _names.Add(JsonEncodedText.Encode(written).ToString(), kind, original);
    }

    private string UrlHost(string host) => host is "localhost" || host.StartsWith("127.", StringComparison.Ordinal) || _pseudonyms.ContainsValue(host) || host is "0.0.0.0" or "*" or "+"
        ? host
        : Pseudonym(RedactedKind.HostName, host.Split('.')[0]);

    private string Pseudonym(RedactedKind kind, string original)
    {
        Count(kind);
        (RedactedKind, string) key = (kind, original.ToLowerInvariant());
        if (!_pseudonyms.TryGetValue(key, out string? pseudonym))
        {
            int number = _numbers[kind] = _numbers.GetValueOrDefault(kind) + 1;
            pseudonym = string.Create(CultureInfo.InvariantCulture, $"{Word(kind)}-{number}");
            _pseudonyms.Add(key, pseudonym);
        }

        return pseudonym;
    }

    private void Count(RedactedKind kind) => _replaced[kind] = _replaced.GetValueOrDefault(kind) + 1;

    private static string Word(RedactedKind kind) => kind switch
    {
        RedactedKind.HostName => "host",
        RedactedKind.HardwareAddress => "mac",
        RedactedKind.Identity => "id",
        _ => kind.ToString().ToLowerInvariant(),
    };

    // As the kernel prints it; a quote at the end may be that of a line that JSON holds.
    [GeneratedRegex(@"((?:Kernel c|C|\bc)ommand line: ?)([^\r\n]*?)(""?,?\r?)$", RegexOptions.Multiline)]
    private static partial Regex CommandLineText();

    // As a snapshot holds it.
    [GeneratedRegex(@"(""kernelCommandLine""\s*:\s*\{\s*""value""\s*:\s*"")((?:[^""\\]|\\.)*)")]
    private static partial Regex CommandLineMember();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")]
    private static partial Regex MailText();

    [GeneratedRegex(@"(/home/|/Users/)([^/\s""']+)")]
    private static partial Regex HomeText();

    [GeneratedRegex(@"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])")]
    private static partial Regex IdentityText();

    [GeneratedRegex(@"(?<![0-9A-Fa-f:.-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f:-])")]
    private static partial Regex HardwareText();

    [GeneratedRegex(@"\b([a-z]{2,10}://(?:\[secret\]@)?)([A-Za-z0-9_*+.-]+)")]
    private static partial Regex UrlHostText();
}
