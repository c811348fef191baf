namespace TdxDash.Web.Options;

/// <summary>Where the certificate of https addresses lies.</summary>
/// <param name="Certificate">PEM: the certificate, then what signed it.</param>
/// <param name="Key">PEM: its private key.</param>
public sealed record TlsFiles(string Certificate, string Key)
{
    private const string Prefix = $"{DashboardOptions.Section}:Tls";

    /// <summary>Reads the keys.</summary>
    /// <returns>Null where none is set, or a key is wrong.</returns>
    internal static TlsFiles? Read(OptionReader keys, IReadOnlyList<string> urls)
    {
        string? certificate = keys.Text($"{Prefix}:Certificate");
        string? key = keys.Text($"{Prefix}:Key");
        if (certificate is not null && key is not null)
        {
            return new TlsFiles(Path.GetFullPath(certificate), Path.GetFullPath(key));
        }

        if (certificate is not null || key is not null)
        {
            keys.Errors.Add($"{Prefix} names {(key is null ? "a certificate and no key" : "a key and no certificate")}: set both {Prefix}:Certificate and {Prefix}:Key.");
        }
        else if (urls.FirstOrDefault(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) is { } https)
        {
            keys.Errors.Add($"urls holds '{https}', and there is no certificate: set {Prefix}:Certificate and {Prefix}:Key to its PEM files.");
        }

        return null;
    }
}
